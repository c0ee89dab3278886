import { readdir, stat } from "node:fs/promises";
import { dataDiagnostics } from "../diagnostics/codes/data.ts";
import { fail } from "../diagnostics/index.ts";

/** Names in a folder in code-unit order, the same on every host. Throws IO0401 for a folder that may not be read. */
export async function sortedNames(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  } catch (cause) {
    return fail(dataDiagnostics.missingPath({ path: folder }, { file: folder }), cause);
  }
}

/** What stands at a path: "other" is a pipe, socket or device, reading which may never end. Throws IO0401 when nothing does. */
export async function kindOfPath(path: string): Promise<"file" | "folder" | "other"> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return "folder";
    return found.isFile() ? "file" : "other";
  } catch (cause) {
    return fail(dataDiagnostics.missingPath({ path }, { file: path }), cause);
  }
}
