import type { DType, SparseTensor, StaticShape, Tensor } from "../../ir/index.ts";
import { bigintsOf, byteLengthOf, dtypeFromCode, dtypes, sizeOf } from "../../ir/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";
import { sourceOf } from "../codec/encode-message.ts";
import type { ByteSource } from "../codec/message-table.ts";
import type { SparseTensorProto, TensorProto } from "../proto/tensor.ts";
import { dataLocations } from "../proto/tensor.ts";
import type { ExternalFiles } from "../tensor/external-files.ts";
import { ExternalTensor } from "../tensor/external-tensor.ts";
import { countVarints, varintSource } from "../tensor/packed-varints.ts";
import { ProtoStringTensor, ProtoTensor, SparseProtoTensor } from "../tensor/proto-tensor.ts";

/** Makes a tensor of its message. Content is neither copied nor read from data files; a contradiction throws InferOptError. */
export function importTensor(proto: TensorProto, files: ExternalFiles | undefined): Tensor {
  const name = proto.name ?? "";
  const dtype = elementType(name, proto.dataType ?? 0);
  const shape = importDims(name, proto.dims ?? []);
  const size = sizeOf(shape);
  const byteLength = byteLengthOf(dtype, size);
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(byteLength))
    reject(name, `dimensions [${shape.join(",")}] are beyond any memory`);
  if (proto.dataLocation === dataLocations.external) return external(proto, dtype, shape, byteLength, files);
  if (dtype === "string") {
    const strings = proto.stringData ?? [];
    if (strings.length !== size) reject(name, `string[${shape.join(",")}] holds ${strings.length} strings`);
    return new ProtoStringTensor(proto, shape, strings);
  }
  const content = inlineContent(proto, dtype, byteLength);
  if (content.byteLength !== byteLength)
    reject(name, `${dtype}[${shape.join(",")}] takes ${byteLength} bytes and holds ${content.byteLength}`);
  return new ProtoTensor(proto, dtype, shape, content);
}

function reject(tensor: string, detail: string): never {
  fail(onnxDiagnostics.badTensor({ tensor, detail }, { value: tensor }));
}

function elementType(tensor: string, code: number): DType {
  const dtype = dtypeFromCode(code);
  if (dtype === undefined)
    reject(tensor, code === 0 ? "has no element type" : `element type ${code} is not known to this version`);
  return dtype;
}

function importDims(tensor: string, dims: readonly bigint[]): StaticShape {
  return dims.map((dim) => {
    if (dim < 0n || dim > BigInt(Number.MAX_SAFE_INTEGER)) reject(tensor, `dimension ${dim} is out of range`);
    return Number(dim);
  });
}

function inlineContent(proto: TensorProto, dtype: DType, byteLength: number): ByteSource {
  const raw = proto.rawData;
  if (raw !== undefined && (raw.byteLength > 0 || byteLength === 0)) return sourceOf(raw);
  const none = new Uint8Array();
  switch (dtype) {
    case "float32":
    case "complex64":
      return sourceOf(proto.floatData ?? none);
    case "float64":
    case "complex128":
      return sourceOf(proto.doubleData ?? none);
    case "int64":
      return packed(proto.int64Data, 8);
    case "uint64":
      return packed(proto.uint64Data, 8);
    case "uint32":
      return packed(proto.uint64Data, 4);
    default: {
      // Types below a byte stand packed in int32_data, one byte to an entry.
      const { bits } = dtypes[dtype];
      return packed(proto.int32Data, bits > 16 ? 4 : bits > 8 ? 2 : 1);
    }
  }
}

function packed(payload: Uint8Array | undefined, width: 1 | 2 | 4 | 8): ByteSource {
  return payload === undefined ? sourceOf(new Uint8Array()) : varintSource(payload, countVarints(payload), width);
}

function external(
  proto: TensorProto,
  dtype: DType,
  shape: StaticShape,
  byteLength: number,
  files: ExternalFiles | undefined,
): Tensor {
  const tensor = proto.name ?? "";
  const entries = new Map((proto.externalData ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
  const location = entries.get("location") ?? "";
  if (files === undefined) fail(onnxDiagnostics.externalWithoutFolder({ tensor, location }, { value: tensor }));
  if (dtype === "string") reject(tensor, "strings cannot be external data");
  const rejectRange = (detail: string): never =>
    fail(onnxDiagnostics.externalRange({ tensor, location, detail }, { value: tensor }));
  const number = (key: string, fallback: number): number => {
    const text = entries.get(key);
    if (text === undefined) return fallback;
    if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(Number(text)))
      rejectRange(`${key} "${text.slice(0, 32)}" is not a number of bytes`);
    return Number(text);
  };
  const offset = number("offset", 0);
  const length = number("length", byteLength);
  if (length !== byteLength)
    rejectRange(`${dtype}[${shape.join(",")}] takes ${byteLength} bytes, the model names ${length}`);
  const file = files.find(location, tensor);
  if (offset + length > file.bytes)
    rejectRange(`bytes ${offset} to ${offset + length} lie past the end of the file, which has ${file.bytes}`);
  return new ExternalTensor(proto, dtype, shape, byteLength, file, offset);
}

/** Makes a sparse tensor of its message; its indices are checked when it is made dense. */
export function importSparse(proto: SparseTensorProto, files: ExternalFiles | undefined): SparseTensor {
  const name = proto.values?.name ?? "";
  const values = importTensor(proto.values ?? {}, files);
  const indices = importTensor(proto.indices ?? {}, files);
  const shape = importDims(name, proto.dims ?? []);
  const count = values.shape[0] ?? -1;
  const linear = indices.shape.length === 1;
  const fits = indices.shape[0] === count && (linear || indices.shape[1] === shape.length);
  if (values.shape.length !== 1 || indices.dtype !== "int64" || indices.shape.length > 2 || !fits)
    reject(name, `sparse values [${values.shape.join(",")}] and indices [${indices.shape.join(",")}] do not fit`);
  return { shape, values, indices };
}

/** Bytes; a dense tensor beyond it could not stand in a model file either. */
const denseLimit = 0x7fff_ffff;

/** A sparse initializer as the dense constant it stands for. */
export function importSparseInitializer(proto: SparseTensorProto, files: ExternalFiles | undefined): Tensor {
  const sparse = importSparse(proto, files);
  const { dtype } = sparse.values;
  const name = proto.values?.name ?? "";
  const byteLength = byteLengthOf(dtype, sizeOf(sparse.shape));
  if (dtype === "string" || dtypes[dtype].bits < 8) reject(name, `sparse tensors of ${dtype} are not read`);
  if (!(byteLength <= denseLimit)) reject(name, `[${sparse.shape.join(",")}] is too large to be made dense`);
  return new SparseProtoTensor(proto, dtype, sparse.shape, byteLength, () => densify(sparse, name, byteLength));
}

function densify({ shape, values, indices }: SparseTensor, name: string, byteLength: number): Uint8Array {
  const out = new Uint8Array(byteLength);
  const width = dtypes[values.dtype].bits / 8;
  const size = sizeOf(shape);
  const bytes = values.bytes();
  const index = bigintsOf(indices).map(Number);
  // Indices are either linear, or one row of positions per value.
  const dims = indices.shape.length === 1 ? [size] : shape;
  for (let i = 0; i < (values.shape[0] ?? 0); i++) {
    let at = 0;
    dims.forEach((dim, axis) => {
      const position = index[i * dims.length + axis] as number;
      if (position < 0 || position >= dim) reject(name, `index ${position} lies outside of dimension ${dim}`);
      at = at * dim + position;
    });
    out.set(bytes.subarray(i * width, (i + 1) * width), at * width);
  }
  return out;
}
