import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { nativeLibraryPath, whyNativeMissing } from "../../src/runtime/native-path.ts";

test("a host library that is not there comes with a command that makes it, wherever the package is", () => {
  const missing = whyNativeMissing(`${nativeLibraryPath()}.other`);
  const [, script = ""] = /`node (.*)`/.exec(missing ?? "") ?? [];
  expect(script).toMatch(/dist[/\\]scripts[/\\]build-native\.js$/);
  expect(existsSync(script)).toBe(true);
});
