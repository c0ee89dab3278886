import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shortenRun, structureOf } from "../../scripts/readme-example/shorten-run.ts";

const root = join(import.meta.dirname, "..", "..");

const [, example = ""] =
  /<!-- example:begin -->\s*```\n([\s\S]*?)```\s*<!-- example:end -->/.exec(
    readFileSync(join(root, "README.md"), "utf8"),
  ) ?? [];

test(
  "README.md shows what the command tells now: its phases, and the columns of its table",
  { timeout: 120_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "infer-opt-example-"));
    try {
      const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
        readonly scripts: Readonly<Record<string, string>>;
      };
      const [, command = ""] = /&& node (.*) -o \S+$/.exec(scripts["example"] ?? "") ?? [];
      // What is told is the same, whatever is measured: neither figures nor the form that is written are compared.
      const quickly = [
        "--budget",
        "500ms",
        "--calib-method",
        "minmax",
        "--calib-samples",
        "16",
        "--eval-samples",
        "40",
      ];
      const { status, stderr } = spawnSync(
        process.execPath,
        [...command.split(" "), ...quickly, "--no-tui", "-o", folder],
        { cwd: root, encoding: "utf8", maxBuffer: 64e6 },
      );
      expect(status, stderr).toBe(0);
      expect(structureOf(example)).toEqual(structureOf(shortenRun(stderr)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test("a run is shortened to the first lines of its phases and its summary", () => {
  const many = Array.from({ length: 9 }, (_, i) => `   line ${i}`);
  const told = [
    "== load",
    "   target cpu: a",
    "== work",
    "   accuracy 3/9, 2 s left",
    "   timing at 2 threads 3/9",
    ...many,
    `   ${"x".repeat(200)}`,
  ];
  const shown = shortenRun([...told, "", "form  nodes  size", "original  1  2", "output: /somewhere", ""].join("\n"));
  expect(shown.split("\n")).toEqual([
    ...["== work", ...many.slice(0, 8), "   …", "", "form  nodes  size", "original  1  2"],
  ]);
  expect(shortenRun(`== a\n   ${"x".repeat(200)}`).split("\n")[1]).toHaveLength(118);
});
