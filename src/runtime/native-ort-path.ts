import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** File names of ONNX Runtime's library by platform. */
const fileNames: Readonly<Record<string, RegExp>> = {
  linux: /^libonnxruntime\.so/,
  darwin: /^libonnxruntime\..*dylib$/,
  win32: /^onnxruntime\.dll$/,
};

/**
 * The ONNX Runtime library inside onnxruntime-node. Opening the same file gives the copy that the module itself uses
 * in this process. Undefined where there is none.
 */
export function bundledOrtPath(): string | undefined {
  try {
    const main = createRequire(import.meta.url).resolve("onnxruntime-node");
    const bin = join(dirname(main), "..", "bin");
    const folders = readdirSync(bin)
      .filter((name) => name.startsWith("napi-"))
      .map((name) => join(bin, name, process.platform, process.arch));
    for (const folder of folders) {
      const file = readdirSync(folder).find((name) => fileNames[process.platform]?.test(name));
      if (file !== undefined) return join(folder, file);
    }
  } catch {
    // Not installed, or not for this platform.
  }
  return undefined;
}
