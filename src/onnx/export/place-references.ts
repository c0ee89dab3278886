import { realpathSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { ExternalTensor } from "../tensor/external-tensor.ts";
import type { Placer } from "./export-tensor.ts";

/**
 * Leaves tensors in the data files they are in and names those relative to `folder`. Files outside of it cannot be
 * named (ONNX Runtime refuses `..`, absolute paths and links), so their tensors go inline.
 */
export function placeReferences(folder: string): Placer {
  const base = realpathSync(folder);
  return (tensor) => {
    if (!(tensor instanceof ExternalTensor)) return "inline";
    const location = relative(base, tensor.file.path);
    if (isAbsolute(location) || location === ".." || location.startsWith(`..${sep}`)) return "inline";
    return { location: location.split(sep).join("/"), offset: tensor.offset };
  };
}
