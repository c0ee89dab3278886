import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { npy, zip } from "../data/numpy-files.ts";

/** A folder in which the commands of the documents run: what they name is there, and nothing outside is written. */
export interface Sandbox {
  readonly folder: string;
  /** Runs a block as a user would paste it; its exit status and everything it printed. */
  run(script: string): { readonly status: number | null; readonly output: string };
}

/**
 * Makes the folder. `infer-opt` and `npx` are this checkout's; `npm` and `python` check that what they are asked for is
 * there and do not run it, since these are whole suites with their own tests.
 */
export function makeSandbox(root: string): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), "infer-opt-docs-"));
  for (const name of ["dist", "calibration-data", "bench", "scripts", "node_modules", "package.json", "test"])
    symlinkSync(join(root, name), join(folder, name));
  cpSync(join(root, "examples"), join(folder, "examples"), { recursive: true });
  for (const name of ["model", "old", "new", "model.opt"])
    copyFileSync(join(root, "examples", "models", "residual-cnn.onnx"), join(folder, `${name}.onnx`));
  symlinkSync(join(root, "calibration-data", "characters", "calibration"), join(folder, "images"));
  for (const name of ["train.npz", "test.npz"]) writeFileSync(join(folder, name), pictures());
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "infer-opt.js"), quickly(root));
  const tools = join(folder, ".tools");
  mkdirSync(tools);
  for (const [name, text] of Object.entries(shims(root, folder))) {
    writeFileSync(join(tools, name), text);
    chmodSync(join(tools, name), 0o755);
  }
  const env = {
    ...{ PATH: `${tools}${delimiter}${process.env["PATH"] ?? ""}`, HOME: folder, TMPDIR: tmpdir() },
    ...{ LANG: "C.UTF-8", CI: "true" },
  };
  return {
    folder,
    run: (script) => {
      const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", script], {
        ...{ cwd: folder, encoding: "utf8", env, timeout: 240_000 },
      });
      return { status, output: `${stdout}${stderr}` };
    },
  };
}

/** Sixteen samples of noise with labels, for the input of the example networks. */
function pictures(): Buffer {
  const count = 16;
  const values = Float32Array.from({ length: count * 3 * 32 * 32 }, (_, i) => Math.sin(i * 12.9898) * 0.9);
  const labels = Uint8Array.from({ length: count }, (_, i) => i);
  return Buffer.from(
    zip(
      {
        "input.npy": npy("<f4", [count, 3, 32, 32], new Uint8Array(values.buffer)),
        "label.npy": npy("|u1", [count], labels),
      },
      false,
    ),
  );
}

/** The program, which times no longer than it must where a command does not say how long. */
function quickly(root: string): string {
  return [
    'import { spawnSync } from "node:child_process";',
    "const words = process.argv.slice(2);",
    'const lacks = (option) => !words.includes(option) && !words.includes("--help");',
    'if (words[0] === "optimize" && lacks("--tune")) words.push("--tune", "quick");',
    'if (words[0] === "bench" && lacks("--duration") && lacks("--tune")) words.push("--duration", "300ms");',
    `const { status } = spawnSync(process.execPath, [${JSON.stringify(join(root, "bin", "infer-opt.js"))}, ...words], { stdio: "inherit" });`,
    "process.exitCode = status ?? 1;",
  ].join("\n");
}

function shims(root: string, folder: string): Readonly<Record<string, string>> {
  const run = `exec "${process.execPath}" "${join(folder, "bin", "infer-opt.js")}"`;
  return {
    "infer-opt": `#!/usr/bin/env bash\n${run} "$@"\n`,
    npx: `#!/usr/bin/env bash\nif [ "$1" = infer-opt ]; then shift; ${run} "$@"; fi\n[ -e "node_modules/.bin/$1" ]\n`,
    npm: `#!/usr/bin/env bash\nexec "${process.execPath}" "${join(root, "test", "docs", "check-npm.mjs")}" "$@"\n`,
    python: `#!/usr/bin/env bash\n[ -e "$1" ] || [ -e "examples/$1" ] || [ -e "calibration-data/$1" ]\n`,
  };
}
