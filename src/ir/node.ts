import type { Attribute } from "./attribute.ts";
import type { Graph } from "./graph.ts";
import type { ValueType } from "./type.ts";
import type { Extra, Use, Value } from "./value.ts";

/** What a node is made from. Absent optional inputs are undefined. */
export interface NodeSpec {
  readonly opType: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly name?: string;
  readonly inputs: readonly (Value | undefined)[];
  /** A number of outputs to create with fresh names, or a spec for each (undefined = absent optional output). */
  readonly outputs?:
    number | readonly ({ readonly name?: string; readonly type?: ValueType | undefined } | undefined)[];
  readonly attributes?: Readonly<Record<string, Attribute>> | ReadonlyMap<string, Attribute>;
}

const noMetadata: ReadonlyMap<string, string> = new Map();
const noGraphs: readonly Graph[] = [];
const noSubgraphs: readonly (readonly [string, Graph])[] = [];

/** One operator call. Its graph changes it; `inputs`, `outputs` and `attributes` are views. */
export class Node {
  readonly graph: Graph;
  opType: string;
  domain: string;
  overload: string;
  name: string;
  docString = "";
  /** metadata_props of the node. */
  metadata: ReadonlyMap<string, string> = noMetadata;
  extra: Extra;
  readonly #inputUses: (Use | undefined)[] = [];
  readonly #inputs: (Value | undefined)[] = [];
  readonly #outputs: (Value | undefined)[] = [];
  readonly #attributes = new Map<string, Attribute>();
  /** Number of graphs among the attributes: nearly always 0, and asked for in every walk. */
  #bodies = 0;
  /** @internal list links */
  previous: Node | undefined;
  /** @internal */
  next: Node | undefined;
  /** @internal true while it stands in its graph's list */
  attached = false;

  constructor(graph: Graph, spec: NodeSpec) {
    this.graph = graph;
    this.opType = spec.opType;
    this.domain = spec.domain === "ai.onnx" ? "" : (spec.domain ?? "");
    this.overload = spec.overload ?? "";
    this.name = spec.name ?? "";
  }
  get inputs(): readonly (Value | undefined)[] {
    return this.#inputs;
  }
  get outputs(): readonly (Value | undefined)[] {
    return this.#outputs;
  }
  get attributes(): ReadonlyMap<string, Attribute> {
    return this.#attributes;
  }
  /** The first output; throws when the node has none, which no verified node of ours does. */
  get output(): Value {
    const [first] = this.#outputs;
    if (first === undefined) throw new Error(`node ${this.opType} "${this.name}" has no first output`);
    return first;
  }
  /** The input at `index`; undefined when absent or past the end. */
  input(index: number): Value | undefined {
    return this.#inputs[index];
  }
  /** The graphs among the attributes (bodies of If, Loop, Scan, …), with the attribute's name. */
  subgraphs(): readonly (readonly [string, Graph])[] {
    if (this.#bodies === 0) return noSubgraphs;
    return [...this.#attributes].flatMap(([name, attribute]) =>
      graphsOf(attribute).map((graph) => [name, graph] as const),
    );
  }
  /** @internal the entry among the uses of input `index` that stands for it */
  useAt(index: number): Use | undefined {
    return this.#inputUses[index];
  }
  /** @internal */
  setInputs(values: readonly (Value | undefined)[]): void {
    for (let i = 0; i < this.#inputs.length; i++) {
      const use = this.#inputUses[i];
      if (use !== undefined) this.#inputs[i]?.dropUse(use);
    }
    this.#inputs.length = 0;
    this.#inputUses.length = 0;
    values.forEach((value, index) => {
      this.#inputs.push(value);
      const use: Use | undefined = value === undefined ? undefined : { kind: "node", node: this, index };
      this.#inputUses.push(use);
      if (use !== undefined) value?.addUse(use);
    });
  }
  /** @internal */
  replaceInput(index: number, value: Value | undefined): void {
    const old = this.#inputUses[index];
    if (old !== undefined) this.#inputs[index]?.dropUse(old);
    const use: Use | undefined = value === undefined ? undefined : { kind: "node", node: this, index };
    this.#inputs[index] = value;
    this.#inputUses[index] = use;
    if (use !== undefined) value?.addUse(use);
  }
  /** @internal */
  setOutputs(values: readonly (Value | undefined)[]): void {
    this.#outputs.length = 0;
    this.#outputs.push(...values);
    for (const value of values) if (value !== undefined) value.producer = this;
  }
  /** @internal */
  setAttribute(name: string, attribute: Attribute | undefined): void {
    const old = this.#attributes.get(name);
    if (old !== undefined) this.#bodies -= graphsOf(old).length;
    if (attribute === undefined) this.#attributes.delete(name);
    else {
      this.#attributes.set(name, attribute);
      this.#bodies += graphsOf(attribute).length;
    }
  }
}

function graphsOf(attribute: Attribute): readonly Graph[] {
  if (attribute.kind === "graph") return [attribute.value];
  return attribute.kind === "graphs" ? attribute.value : noGraphs;
}

/** The values a node reads: its inputs and what its subgraphs capture from outside of them. */
export function reads(node: Node): readonly Value[] {
  const values = node.inputs.filter((value) => value !== undefined);
  for (const [, graph] of node.subgraphs()) {
    for (const inner of graph.nodes()) for (const value of reads(inner)) if (value.graph !== graph) values.push(value);
    for (const value of graph.outputs) if (value.graph !== graph) values.push(value);
  }
  return values;
}
