import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The folder with package.json; the compiled form of this file lies deeper than its source. */
function repositoryRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

const folder = join(repositoryRoot(), "../shared/models");

/** Files that are no models: they test errors. */
const broken: ReadonlySet<string> = new Set(["lfs_pointer.onnx"]);

/** The real models shared beside the repository; none where they are absent. */
export const sharedModels: readonly { readonly name: string; readonly path: string }[] = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".onnx") && !broken.has(basename(file)))
      .sort()
      .map((file) => ({ name: file, path: join(folder, file) }))
  : [];
