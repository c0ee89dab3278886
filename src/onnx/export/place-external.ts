import type { Tensor } from "../../ir/index.ts";
import { ExternalTensor } from "../tensor/external-tensor.ts";
import type { Placer } from "./export-tensor.ts";

/** Where tensors of a data file start. */
export interface ExternalLayout {
  /** Initializers of fewer bytes stay in the model file, where shape inference can read them. */
  readonly smallTensorBytes: number;
  /** Every tensor starts at a multiple of this. */
  readonly alignment: number;
}

/** Large tensors start at a multiple of 64 KiB, the granularity at which Windows maps files (4 KiB elsewhere). */
const mapGranularity = 65_536;
const mappedBytes = 1 << 20;

/** A tensor in the data file to write. */
export interface PlacedTensor {
  readonly tensor: Tensor;
  readonly offset: number;
}

/** A growing plan of one data file. */
export interface ExternalPlan {
  readonly place: Placer;
  /** Tensors by ascending offset. */
  readonly placed: readonly PlacedTensor[];
}

/** Plans the data file at `location`: each content once, int64 and string tensors and small ones stay inline. */
export function planExternal(location: string, layout: ExternalLayout): ExternalPlan {
  const placed: PlacedTensor[] = [];
  const offsets = new Map<unknown, number>();
  let end = 0;
  const place: Placer = (tensor, initializer) => {
    const small = tensor.byteLength < layout.smallTensorBytes || tensor.byteLength === 0;
    if (!initializer || small || tensor.dtype === "int64" || tensor.dtype === "string") return "inline";
    const key = contentKey(tensor);
    const known = offsets.get(key);
    if (known !== undefined) return { location, offset: known };
    const alignment = tensor.byteLength >= mappedBytes ? Math.max(layout.alignment, mapGranularity) : layout.alignment;
    const offset = Math.ceil(end / alignment) * alignment;
    end = offset + tensor.byteLength;
    offsets.set(key, offset);
    placed.push({ tensor, offset });
    return { location, offset };
  };
  return { place, placed };
}

/** Tensors that share one range of a file share their place in the new one. */
function contentKey(tensor: Tensor): unknown {
  if (!(tensor instanceof ExternalTensor)) return tensor;
  return `${tensor.file.path}\0${tensor.offset}\0${tensor.byteLength}`;
}
