import type { Message, MessageTable } from "../codec/message-table.ts";
import { int64, message, messageTable, repeated, string } from "../codec/message-table.ts";
import type { AttributeProto, GraphProto, NodeProto, ValueInfoProto } from "./graph.ts";
import { attributeProto, graphProto, nodeProto, valueInfoProto } from "./graph.ts";
import type { DeviceConfigurationProto } from "./sharding.ts";
import { deviceConfigurationProto } from "./sharding.ts";
import type { StringStringEntryProto } from "./tensor.ts";
import { stringStringEntryProto } from "./tensor.ts";

/** The version of an operator set that a model or function is written for. */
export interface OperatorSetIdProto extends Message {
  readonly domain?: string;
  readonly version?: bigint;
}

/** How a model is initialized and trained. */
export interface TrainingInfoProto extends Message {
  readonly initialization?: GraphProto;
  readonly algorithm?: GraphProto;
  readonly initializationBinding?: readonly StringStringEntryProto[];
  readonly updateBinding?: readonly StringStringEntryProto[];
}

/** A model-local function. */
export interface FunctionProto extends Message {
  readonly name?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly string[];
  readonly node?: readonly NodeProto[];
  readonly docString?: string;
  readonly opsetImport?: readonly OperatorSetIdProto[];
  readonly domain?: string;
  readonly attributeProto?: readonly AttributeProto[];
  readonly valueInfo?: readonly ValueInfoProto[];
  readonly overload?: string;
  readonly metadataProps?: readonly StringStringEntryProto[];
}

/** A model. */
export interface ModelProto extends Message {
  readonly irVersion?: bigint;
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly domain?: string;
  readonly modelVersion?: bigint;
  readonly docString?: string;
  readonly graph?: GraphProto;
  readonly opsetImport?: readonly OperatorSetIdProto[];
  readonly metadataProps?: readonly StringStringEntryProto[];
  readonly trainingInfo?: readonly TrainingInfoProto[];
  readonly functions?: readonly FunctionProto[];
  readonly configuration?: readonly DeviceConfigurationProto[];
}

const operatorSetIdProto: MessageTable<OperatorSetIdProto> = messageTable("OperatorSetIdProto", {
  domain: string(1),
  version: int64(2),
});

const trainingInfoProto: MessageTable<TrainingInfoProto> = messageTable("TrainingInfoProto", {
  initialization: message(1, () => graphProto),
  algorithm: message(2, () => graphProto),
  initializationBinding: repeated(message(3, () => stringStringEntryProto)),
  updateBinding: repeated(message(4, () => stringStringEntryProto)),
});

const functionProto: MessageTable<FunctionProto> = messageTable("FunctionProto", {
  name: string(1),
  input: repeated(string(4)),
  output: repeated(string(5)),
  attribute: repeated(string(6)),
  node: repeated(message(7, () => nodeProto)),
  docString: string(8),
  opsetImport: repeated(message(9, () => operatorSetIdProto)),
  domain: string(10),
  attributeProto: repeated(message(11, () => attributeProto)),
  valueInfo: repeated(message(12, () => valueInfoProto)),
  overload: string(13),
  metadataProps: repeated(message(14, () => stringStringEntryProto)),
});

/** Fields of ModelProto. */
export const modelProto: MessageTable<ModelProto> = messageTable("ModelProto", {
  irVersion: int64(1),
  producerName: string(2),
  producerVersion: string(3),
  domain: string(4),
  modelVersion: int64(5),
  docString: string(6),
  graph: message(7, () => graphProto),
  opsetImport: repeated(message(8, () => operatorSetIdProto)),
  metadataProps: repeated(message(14, () => stringStringEntryProto)),
  trainingInfo: repeated(message(20, () => trainingInfoProto)),
  functions: repeated(message(25, () => functionProto)),
  configuration: repeated(message(26, () => deviceConfigurationProto)),
});
