import type { Attribute } from "./attribute.ts";
import type { Extra } from "./value.ts";
import type { Graph } from "./graph.ts";

/** A model-local function (FunctionProto): its body is a graph of its own whose inputs and outputs have no types. */
export interface ModelFunction {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  readonly body: Graph;
  /** Names of attributes without default. */
  readonly attributes: readonly string[];
  /** Attributes with their defaults. */
  readonly attributeDefaults: ReadonlyMap<string, Attribute>;
  readonly opsets: ReadonlyMap<string, number>;
  readonly docString: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly extra: Extra;
}

/** A whole model. The default domain is the empty string in `opsets`. */
export interface Model {
  irVersion: number;
  readonly opsets: Map<string, number>;
  producerName: string;
  producerVersion: string;
  domain: string;
  modelVersion: bigint;
  docString: string;
  readonly metadata: Map<string, string>;
  graph: Graph;
  /** Keyed by `functionKey`. */
  readonly functions: Map<string, ModelFunction>;
  /** What the file format carries and the compiler does not look into: training info, device configurations, unknown fields. */
  extra: Extra;
}

/** A model around a graph, of an opset of the default domain. */
export function modelAround(graph: Graph, opset: number, producerName = ""): Model {
  return {
    irVersion: 8,
    opsets: new Map([["", opset]]),
    producerName,
    producerVersion: "",
    domain: "",
    modelVersion: 0n,
    docString: "",
    metadata: new Map(),
    graph,
    functions: new Map(),
    extra: undefined,
  };
}

/** The key of a function in `Model.functions`: `domain::name` or `domain::name:overload`. */
export function functionKey(domain: string, name: string, overload = ""): string {
  return overload === "" ? `${domain}::${name}` : `${domain}::${name}:${overload}`;
}
