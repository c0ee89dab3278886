import type { SparseTensor, Tensor } from "../../ir/index.ts";
import { dtypes } from "../../ir/index.ts";
import type { SparseTensorProto, StringStringEntryProto, TensorProto } from "../proto/tensor.ts";
import { dataLocations } from "../proto/tensor.ts";
import { ExternalTensor } from "../tensor/external-tensor.ts";
import { ProtoStringTensor, ProtoTensor } from "../tensor/proto-tensor.ts";
import { defined } from "../proto/defined.ts";

/** Where the content of a tensor goes: into the model file, or to a place in a data file. */
export type Placement = "inline" | { readonly location: string; readonly offset: number };

/** Chooses the place of a tensor. `initializer` is false for tensors in attributes, which readers expect inline. */
export type Placer = (tensor: Tensor, initializer: boolean) => Placement;

function originalOf(tensor: Tensor): TensorProto | undefined {
  const keeps =
    tensor instanceof ProtoTensor || tensor instanceof ExternalTensor || tensor instanceof ProtoStringTensor;
  return keeps ? tensor.proto : undefined;
}

/** The message of a tensor. Content is referred to, not read; undefined for `name` keeps the original's name. */
export function exportTensor(tensor: Tensor, name: string | undefined, placement: Placement): TensorProto {
  const original = originalOf(tensor);
  const head = {
    ...original,
    dims: tensor.shape.map(BigInt),
    dataType: dtypes[tensor.dtype].code,
    name: name ?? original?.name,
  };
  if (placement === "inline" && original !== undefined && !(tensor instanceof ExternalTensor))
    return defined<TensorProto>(head);
  const bare = {
    ...head,
    floatData: undefined,
    int32Data: undefined,
    int64Data: undefined,
    doubleData: undefined,
    uint64Data: undefined,
    stringData: undefined,
    externalData: undefined,
    dataLocation: undefined,
  };
  if (placement !== "inline")
    return defined<TensorProto>({
      ...bare,
      rawData: undefined,
      externalData: externalEntries(tensor, placement, original?.externalData),
      dataLocation: dataLocations.external,
    });
  if (tensor.stringBytes !== undefined) return defined<TensorProto>({ ...bare, stringData: tensor.stringBytes });
  return defined<TensorProto>({ ...bare, rawData: tensor });
}

/** Location, offset and length; a checksum in the original stays, because the content is the same. */
function externalEntries(
  tensor: Tensor,
  { location, offset }: { readonly location: string; readonly offset: number },
  original: readonly StringStringEntryProto[] | undefined,
): readonly StringStringEntryProto[] {
  const own = new Map([
    ["location", location],
    ["offset", String(offset)],
    ["length", String(tensor.byteLength)],
  ]);
  const others = (original ?? []).filter(({ key }) => !own.has(key ?? ""));
  return [...[...own].map(([key, value]) => ({ key, value })), ...others];
}

/** The message of a sparse tensor. */
export function exportSparse({ shape, values, indices }: SparseTensor): SparseTensorProto {
  return defined<SparseTensorProto>({
    values: exportTensor(values, undefined, "inline"),
    indices: exportTensor(indices, undefined, "inline"),
    dims: shape.map(BigInt),
  });
}
