import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** File name of the host library on a platform. */
export function nativeFileName(platform: string): string {
  if (platform === "win32") return "infer-opt.dll";
  return platform === "darwin" ? "libinferopt.dylib" : "libinferopt.so";
}

/** Path of a file of the build. */
function builtPath(file: string): string {
  // This file is src/runtime/native-path.ts, or dist/src/runtime/native-path.js once compiled.
  const isSource = import.meta.url.endsWith(".ts");
  return fileURLToPath(new URL(isSource ? `../../dist/${file}` : `../../${file}`, import.meta.url));
}

/** Path of the host library for this machine, whether it exists or not. */
export function nativeLibraryPath(): string {
  return builtPath(`native/${process.platform}-${process.arch}/${nativeFileName(process.platform)}`);
}

/** The command that builds the host library where a C compiler is found: in a clone and in an installed package. */
export function nativeBuildCommand(): string {
  return `node ${builtPath("scripts/build-native.js")}`;
}

/** Why the host library may not or cannot be loaded here; undefined when it can be tried. */
export function whyNativeMissing(path: string, { ignoreSwitch = false } = {}): string | undefined {
  if (!ignoreSwitch && process.env["INFER_OPT_NATIVE"] === "0") return "INFER_OPT_NATIVE=0 is set";
  if (!existsSync(path))
    return `there is no ${path}; where a C compiler is found, \`${nativeBuildCommand()}\` makes it`;
  return undefined;
}
