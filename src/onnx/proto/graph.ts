import type { Message, MessageTable } from "../codec/message-table.ts";
import { bytes, float, int32, int64, message, messageTable, repeated, string } from "../codec/message-table.ts";
import type { NodeDeviceConfigurationProto } from "./sharding.ts";
import { nodeDeviceConfigurationProto } from "./sharding.ts";
import type { SparseTensorProto, StringStringEntryProto, TensorProto } from "./tensor.ts";
import { sparseTensorProto, stringStringEntryProto, tensorProto } from "./tensor.ts";
import type { TypeProto } from "./type.ts";
import { typeProto } from "./type.ts";

/** Values of `AttributeProto.type`. */
export const attributeTypes = {
  undefined: 0,
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  sparse: 11,
  sparses: 12,
  type: 13,
  types: 14,
} as const;

/** An attribute; `type` says which field holds the content (files older than IR version 2 may lack it). */
export interface AttributeProto extends Message {
  readonly name?: string;
  readonly f?: number;
  readonly i?: bigint;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly floats?: readonly number[];
  readonly ints?: readonly bigint[];
  readonly strings?: readonly Uint8Array[];
  readonly tensors?: readonly TensorProto[];
  readonly graphs?: readonly GraphProto[];
  readonly docString?: string;
  readonly tp?: TypeProto;
  readonly typeProtos?: readonly TypeProto[];
  readonly type?: number;
  readonly refAttrName?: string;
  readonly sparseTensor?: SparseTensorProto;
  readonly sparseTensors?: readonly SparseTensorProto[];
}

/** A value with its type. */
export interface ValueInfoProto extends Message {
  readonly name?: string;
  readonly type?: TypeProto;
  readonly docString?: string;
  readonly metadataProps?: readonly StringStringEntryProto[];
}

/** One operator call; inputs and outputs are names of values, the empty name stands for an absent one. */
export interface NodeProto extends Message {
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly attribute?: readonly AttributeProto[];
  readonly docString?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly metadataProps?: readonly StringStringEntryProto[];
  readonly deviceConfigurations?: readonly NodeDeviceConfigurationProto[];
}

/** Quantization parameters of a tensor, by the names of the tensors that hold them. */
export interface TensorAnnotation extends Message {
  readonly tensorName?: string;
  readonly quantParameterTensorNames?: readonly StringStringEntryProto[];
}

/** A graph. */
export interface GraphProto extends Message {
  readonly node?: readonly NodeProto[];
  readonly name?: string;
  readonly initializer?: readonly TensorProto[];
  readonly docString?: string;
  readonly input?: readonly ValueInfoProto[];
  readonly output?: readonly ValueInfoProto[];
  readonly valueInfo?: readonly ValueInfoProto[];
  readonly quantizationAnnotation?: readonly TensorAnnotation[];
  readonly sparseInitializer?: readonly SparseTensorProto[];
  readonly metadataProps?: readonly StringStringEntryProto[];
}

/** Fields of AttributeProto. */
export const attributeProto: MessageTable<AttributeProto> = messageTable("AttributeProto", {
  name: string(1),
  f: float(2),
  i: int64(3),
  s: bytes(4),
  t: message(5, () => tensorProto),
  g: message(6, () => graphProto),
  floats: repeated(float(7)),
  ints: repeated(int64(8)),
  strings: repeated(bytes(9)),
  tensors: repeated(message(10, () => tensorProto)),
  graphs: repeated(message(11, () => graphProto)),
  docString: string(13),
  tp: message(14, () => typeProto),
  typeProtos: repeated(message(15, () => typeProto)),
  type: int32(20),
  refAttrName: string(21),
  sparseTensor: message(22, () => sparseTensorProto),
  sparseTensors: repeated(message(23, () => sparseTensorProto)),
});

/** Fields of ValueInfoProto. */
export const valueInfoProto: MessageTable<ValueInfoProto> = messageTable("ValueInfoProto", {
  name: string(1),
  type: message(2, () => typeProto),
  docString: string(3),
  metadataProps: repeated(message(4, () => stringStringEntryProto)),
});

/** Fields of NodeProto. */
export const nodeProto: MessageTable<NodeProto> = messageTable("NodeProto", {
  input: repeated(string(1)),
  output: repeated(string(2)),
  name: string(3),
  opType: string(4),
  attribute: repeated(message(5, () => attributeProto)),
  docString: string(6),
  domain: string(7),
  overload: string(8),
  metadataProps: repeated(message(9, () => stringStringEntryProto)),
  deviceConfigurations: repeated(message(10, () => nodeDeviceConfigurationProto)),
});

const tensorAnnotation: MessageTable<TensorAnnotation> = messageTable("TensorAnnotation", {
  tensorName: string(1),
  quantParameterTensorNames: repeated(message(2, () => stringStringEntryProto)),
});

/** Fields of GraphProto. */
export const graphProto: MessageTable<GraphProto> = messageTable("GraphProto", {
  node: repeated(message(1, () => nodeProto)),
  name: string(2),
  initializer: repeated(message(5, () => tensorProto)),
  docString: string(10),
  input: repeated(message(11, () => valueInfoProto)),
  output: repeated(message(12, () => valueInfoProto)),
  valueInfo: repeated(message(13, () => valueInfoProto)),
  quantizationAnnotation: repeated(message(14, () => tensorAnnotation)),
  sparseInitializer: repeated(message(15, () => sparseTensorProto)),
  metadataProps: repeated(message(16, () => stringStringEntryProto)),
});
