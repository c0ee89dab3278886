import type { Tensor as OrtTensor } from "onnxruntime-node";
import type { DType, ElementArray, RuntimeValue, Tensor } from "../../ir/index.ts";
import {
  elementsOf,
  isTensor,
  stringsOf,
  tensorFromBytes,
  tensorFromElements,
  tensorFromStrings,
} from "../../ir/index.ts";
import type { OrtModule } from "./load-ort.ts";

/** Element types that pass between onnxruntime-node and this program. */
const passable: ReadonlySet<string> = new Set<DType>([
  "float32",
  "float64",
  "float16",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "bool",
  "string",
  "int4",
  "uint4",
]);

/** A tensor for onnxruntime-node; throws TypeError for values and element types that it cannot take. */
export function toOrt(ort: OrtModule, value: RuntimeValue): OrtTensor {
  if (!isTensor(value)) throw new TypeError(`onnxruntime-node takes no ${value.kind} values`);
  if (!passable.has(value.dtype)) throw new TypeError(`onnxruntime-node takes no ${value.dtype} tensors`);
  const dims = [...value.shape];
  if (value.dtype === "string") return new ort.Tensor("string", [...stringsOf(value)], dims);
  if (value.dtype === "int4" || value.dtype === "uint4")
    return new ort.Tensor(value.dtype as "uint8", value.bytes() as Uint8Array<ArrayBuffer>, dims);
  return new ort.Tensor(value.dtype as "float32", elementsOf(value) as Float32Array, dims);
}

/** A copy of an onnxruntime-node tensor; throws TypeError for what has no counterpart. */
export function fromOrt(tensor: OrtTensor): Tensor {
  const dims = [...tensor.dims];
  const dtype = tensor.type as DType;
  if (dtype === "string") return tensorFromStrings(dims, tensor.data as unknown as readonly string[]);
  if (!passable.has(dtype)) throw new TypeError(`onnxruntime-node returned a tensor of type ${dtype}`);
  const data = tensor.data as unknown as ElementArray;
  if (dtype === "int4" || dtype === "uint4") return tensorFromBytes(dtype, dims, Uint8Array.from(data as Uint8Array));
  return tensorFromElements(dtype, dims, data.slice());
}
