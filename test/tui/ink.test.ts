import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as ink from "ink";
import { expect, test } from "vitest";
import { inkParts } from "../../src/tui/ink.ts";

const entry = pathToFileURL(createRequire(import.meta.url).resolve("ink")).href;

test("the components of Ink are where they are looked for, and are those of its entry", async () => {
  const parts = await inkParts(entry);
  expect(parts?.Text).toBe(ink.Text);
  expect(parts?.Box).toBe(ink.Box);
});

test("where they are not, the entry is taken", async () => {
  expect(await inkParts("file:///nowhere/build/index.js")).toBeUndefined();
});

test("nothing of Ink is loaded but its components", () => {
  const folder = mkdtempSync(join(tmpdir(), "tui-loaded-"));
  try {
    const face = fileURLToPath(new URL("../../dist/src/tui/index.js", import.meta.url));
    const env = { ...process.env, NODE_ENV: "production", NODE_V8_COVERAGE: folder };
    execFileSync(process.execPath, ["-e", `import(${JSON.stringify(pathToFileURL(face).href)})`], { env });
    const [file = ""] = readdirSync(folder);
    const { result } = JSON.parse(readFileSync(join(folder, file), "utf8")) as {
      readonly result: readonly { readonly url: string }[];
    };
    const packages = result.map(({ url }) => url).filter((url) => url.includes("/node_modules/"));
    expect(packages.some((url) => url.endsWith("/ink/build/components/Text.js"))).toBe(true);
    expect(packages.filter((url) => /es-toolkit|yoga|reconciler|\.development\./.test(url))).toEqual([]);
    expect(packages.length).toBeLessThan(30);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
