import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../../../dist/scripts/build-native.js", import.meta.url));

function build(words: readonly string[]): { readonly status: number | null; readonly text: string } {
  const env = { PATH: "/nowhere", INFER_OPT_CC: "" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], { env, encoding: "utf8" });
  return { status, text: stdout + stderr };
}

test("without a compiler the build says so, and fails only where the library is required", () => {
  const { status, text } = build([]);
  expect([status, text]).toEqual([0, expect.stringMatching(/no C compiler .* found, not built/)]);
  expect(build(["--required"]).status).toBe(1);
  expect(build(["--all"]).text).toContain("no zig found");
  expect(build(["--al"])).toMatchObject({ status: 2, text: expect.stringContaining("unknown option --al") });
});
