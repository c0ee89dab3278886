import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shortenRun } from "./readme-example/shorten-run.ts";

const begin = "<!-- example:begin -->";
const end = "<!-- example:end -->";

/** Writes what `npm run example` tells, shortened, into README.md: figures are this machine's, so it is run on a quiet one. */
function main(): void {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Readonly<Record<string, string>> };
  const [, command = ""] = /&& node (.*) -o \S+$/.exec(scripts["example"] ?? "") ?? [];
  const folder = mkdtempSync(join(tmpdir(), "infer-opt-example-"));
  try {
    const { status, stderr } = spawnSync(process.execPath, [...command.split(" "), "--no-tui", "-o", folder], {
      encoding: "utf8",
      maxBuffer: 64e6,
    });
    if (status !== 0) throw new Error(stderr);
    const readme = readFileSync("README.md", "utf8");
    const [before, after] = [readme.indexOf(begin), readme.indexOf(end)];
    if (before < 0 || after < before) throw new Error("README.md has no place for the example");
    const block = `${begin}\n\n\`\`\`\n${shortenRun(stderr)}\n\`\`\`\n\n`;
    writeFileSync("README.md", readme.slice(0, before) + block + readme.slice(after));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
