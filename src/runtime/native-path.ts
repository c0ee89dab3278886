import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** File name of the host library on a platform. */
export function nativeFileName(platform: string): string {
  if (platform === "win32") return "infer-opt.dll";
  return platform === "darwin" ? "libinferopt.dylib" : "libinferopt.so";
}

/** Path of the host library for this machine, whether it exists or not. */
export function nativeLibraryPath(): string {
  // This file is src/runtime/native-path.ts, or dist/src/runtime/native-path.js once compiled.
  const isSource = import.meta.url.endsWith(".ts");
  const file = `native/${process.platform}-${process.arch}/${nativeFileName(process.platform)}`;
  return fileURLToPath(new URL(isSource ? `../../dist/${file}` : `../../${file}`, import.meta.url));
}

/** Why the host library may not or cannot be loaded here; undefined when it can be tried. */
export function whyNativeMissing(path: string, { ignoreSwitch = false } = {}): string | undefined {
  if (!ignoreSwitch && process.env["INFER_OPT_NATIVE"] === "0") return "INFER_OPT_NATIVE=0 is set";
  if (!existsSync(path)) return `there is no ${path}; \`npm run build:native\` makes it where a C compiler is found`;
  return undefined;
}
