import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");

test("what is packed is what users need, and nothing that only developers do", { timeout: 60_000 }, () => {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    ...{ cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  });
  const [packed] = JSON.parse(output) as [{ size: number; files: readonly { path: string }[] }];
  const files = new Set(packed.files.map(({ path }) => path));
  for (const needed of [
    ...["bin/infer-opt.js", "dist/src/cli/main.js", "dist/src/index.d.ts", "dist/src/session.js", "LICENSE"],
    // The host library can be built where it was not packed for, and used from C.
    ...["dist/scripts/build-native.js", "src/runtime/native/infer-opt.h", "src/runtime/native/capi.c"],
    ...["docs/infer-opt.schema.json", "examples/ci/gate.sh", "calibration-data/README.md"],
  ])
    expect(files, needed).toContain(needed);
  const needless = [...files].filter((path) =>
    /^(test|bench|scripts)\/|^dist\/(test|bench)\/|\.map$|\.tsbuildinfo$/.test(path),
  );
  expect(needless).toEqual([]);
  expect([...files].filter((path) => path.startsWith("dist/scripts/"))).toEqual(["dist/scripts/build-native.js"]);
  expect(packed.size).toBeLessThan(12e6);
});
