import { realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, sep, win32 } from "node:path";
import { fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";
import type { ExternalFile } from "./external-tensor.ts";

/** The data files of one model, each checked when it is first named. */
export interface ExternalFiles {
  /** The file at `location`; throws InferOptError when it is missing, no plain file, or outside of the folder. */
  find(location: string, tensor: string): ExternalFile;
  /** Files found so far. */
  readonly found: ReadonlyMap<string, ExternalFile>;
}

/** Opens the way to the data files of a model that lies in `folder`. */
export function externalFilesIn(folder: string): ExternalFiles {
  const found = new Map<string, ExternalFile>();
  return {
    found,
    find(location, tensor) {
      const known = found.get(location);
      if (known !== undefined) return known;
      const file = locate(folder, location, tensor);
      found.set(location, file);
      return file;
    },
  };
}

function locate(folder: string, location: string, tensor: string): ExternalFile {
  const refuse = (detail: string): never =>
    fail(onnxDiagnostics.externalPath({ tensor, location, detail }, { value: tensor }));
  if (location === "") refuse("the location is empty");
  if (location.includes("\0")) refuse("the location holds a zero byte");
  if (isAbsolute(location) || win32.isAbsolute(location) || /^[A-Za-z]:/.test(location))
    refuse("absolute paths are refused");
  if (location.split(/[\\/]/).includes("..")) refuse('paths with ".." are refused');
  try {
    const path = realpathSync(join(folder, location));
    const inside = relative(realpathSync(folder), path);
    if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside))
      refuse("a link leads out of the folder of the model");
    const facts = statSync(path);
    if (!facts.isFile()) refuse("this is not a plain file");
    const { size, dev, ino, mtimeMs } = facts;
    return { location, path, bytes: size, device: dev, inode: ino, modifiedMs: mtimeMs };
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    const detail = error.code === "ENOENT" ? "no such file" : error.message;
    return fail(onnxDiagnostics.externalMissing({ tensor, location, detail }, { value: tensor }), error);
  }
}
