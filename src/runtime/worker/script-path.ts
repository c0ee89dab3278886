import { fileURLToPath } from "node:url";

/** The compiled script `name` of a folder of src/runtime, whether this file runs compiled or from its source. */
export function scriptPath(folder: string, name: string): string {
  const here = import.meta.url;
  const path = here.endsWith(".ts") ? `../../../dist/src/runtime/${folder}/${name}.js` : `../${folder}/${name}.js`;
  return fileURLToPath(new URL(path, here));
}
