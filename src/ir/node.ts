import type { Attribute } from "./attribute.ts";
import type { Graph } from "./graph.ts";
import type { ValueType } from "./type.ts";
import type { Use } from "./use-list.ts";
import { nodeUse } from "./use-list.ts";
import type { Extra, Value } from "./value.ts";

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
const noAttributes: ReadonlyMap<string, Attribute> = new Map();
const noValues: readonly (Value | undefined)[] = [];
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
  #inputUses: (Use | undefined)[] | undefined;
  #inputs: (Value | undefined)[] | undefined;
  #outputs = noValues;
  #attributes: Map<string, Attribute> | undefined;
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
    return this.#inputs ?? noValues;
  }
  get outputs(): readonly (Value | undefined)[] {
    return this.#outputs;
  }
  get attributes(): ReadonlyMap<string, Attribute> {
    return this.#attributes ?? noAttributes;
  }
  /** The first output; throws when the node has none, which no verified node of ours does. */
  get output(): Value {
    const first = this.#outputs[0];
    if (first === undefined) throw new Error(`node ${this.opType} "${this.name}" has no first output`);
    return first;
  }
  /** The input at `index`; undefined when absent or past the end. */
  input(index: number): Value | undefined {
    return this.#inputs?.[index];
  }
  /** @internal number of graphs among the attributes */
  get bodyCount(): number {
    return this.#bodies;
  }
  /** The graphs among the attributes (bodies of If, Loop, Scan, …), with the attribute's name. */
  subgraphs(): readonly (readonly [string, Graph])[] {
    if (this.#bodies === 0) return noSubgraphs;
    return [...this.attributes].flatMap(([name, attribute]) =>
      graphsOf(attribute).map((graph) => [name, graph] as const),
    );
  }
  /** @internal the entry among the uses of input `index` that stands for it */
  useAt(index: number): Use | undefined {
    return this.#inputUses?.[index];
  }
  /** @internal */
  setInputs(values: readonly (Value | undefined)[]): void {
    this.#inputUses?.forEach((use, index) => {
      if (use !== undefined) this.#inputs?.[index]?.dropUse(use);
    });
    if (values.length === 0) {
      this.#inputs = undefined;
      this.#inputUses = undefined;
      return;
    }
    this.#inputs = compact(values);
    const uses = new Array<Use | undefined>(values.length);
    for (let i = 0; i < uses.length; i++) uses[i] = this.#read(values[i], i);
    this.#inputUses = uses;
  }
  #read(value: Value | undefined, index: number): Use | undefined {
    if (value === undefined) return undefined;
    const use = nodeUse(this, index);
    value.addUse(use);
    return use;
  }
  /** @internal */
  replaceInput(index: number, value: Value | undefined): void {
    const inputs = this.#inputs;
    const uses = this.#inputUses;
    if (inputs === undefined || uses === undefined) throw new RangeError(`node "${this.name}" has no input ${index}`);
    const old = uses[index];
    if (old !== undefined) inputs[index]?.dropUse(old);
    inputs[index] = value;
    uses[index] = this.#read(value, index);
  }
  /** @internal */
  setOutputs(values: readonly (Value | undefined)[]): void {
    this.#outputs = compact(values);
    for (const value of values) if (value !== undefined) value.producer = this;
  }
  /** @internal */
  setAttribute(name: string, attribute: Attribute | undefined): void {
    const before = this.#bodies;
    const old = this.#attributes?.get(name);
    if (old !== undefined) this.#bodies -= graphsOf(old).length;
    if (attribute === undefined) this.#attributes?.delete(name);
    else {
      this.#attributes ??= new Map<string, Attribute>();
      this.#attributes.set(name, attribute);
      this.#bodies += graphsOf(attribute).length;
    }
    if (this.attached) this.graph.countBodies(this.#bodies - before);
  }
}

function graphsOf(attribute: Attribute): readonly Graph[] {
  if (attribute.kind === "graph") return [attribute.value];
  return attribute.kind === "graphs" ? attribute.value : noGraphs;
}

/** The values a node reads: its inputs and what its subgraphs capture from outside of them. */
export function reads(node: Node): readonly Value[] {
  const { inputs } = node;
  if (node.bodyCount === 0 && isComplete(inputs)) return inputs;
  const values = inputs.filter((value) => value !== undefined);
  for (const [, graph] of node.subgraphs()) {
    for (const inner of graph.nodes()) for (const value of reads(inner)) if (value.graph !== graph) values.push(value);
    for (const value of graph.outputs) if (value.graph !== graph) values.push(value);
  }
  return values;
}

function isComplete(values: readonly (Value | undefined)[]): values is readonly Value[] {
  return !values.includes(undefined);
}

/**
 * A copy without spare room, and of one layout however the list was made: `push` leaves room for 17 where most nodes have
 * one or two, and engines compile what reads lists of several layouts anew for each.
 */
function compact<T>(values: readonly T[]): T[] {
  const list = new Array<T>(values.length);
  for (let i = 0; i < list.length; i++) list[i] = values[i] as T;
  return list;
}
