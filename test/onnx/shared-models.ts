import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

const folder = join(import.meta.dirname, "../../../shared/models");

/** Files that are no models: they test errors. */
const broken: ReadonlySet<string> = new Set(["lfs_pointer.onnx"]);

/** The real models shared beside the repository; none where they are absent. */
export const sharedModels: readonly { readonly name: string; readonly path: string }[] = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".onnx") && !broken.has(basename(file)))
      .sort()
      .map((file) => ({ name: file, path: join(folder, file) }))
  : [];
