import type { Graph } from "./graph.ts";
import type { Node } from "./node.ts";
import type { Tensor } from "./tensor.ts";
import type { ValueType } from "./type.ts";
import type { Use, Uses } from "./use-list.ts";
import { UseList } from "./use-list.ts";

/** What the file format attaches to an object and the compiler carries without looking into it. */
export type Extra = unknown;

/** A value of the graph: a graph input, a constant (initializer), or one output of a node. */
export class Value {
  readonly #uses = new UseList();
  /** Owner; changed only by the graph's verbs. */
  readonly graph: Graph;
  #name: string;
  /** Type as declared or inferred; undefined when unknown. */
  type: ValueType | undefined;
  /** The node that computes it; undefined for graph inputs and constants. */
  producer: Node | undefined;
  /** The constant's content; undefined for everything else. A graph input with a default value has both. */
  constant: Tensor | undefined;
  isInput = false;
  docString = "";
  extra: Extra;

  constructor(graph: Graph, name: string, type: ValueType | undefined) {
    this.graph = graph;
    this.#name = name;
    this.type = type;
  }
  get name(): string {
    return this.#name;
  }
  /** Readers, in the order they were added; nodes of subgraphs that capture the value are among them. */
  get uses(): Uses {
    return this.#uses;
  }
  /** True when it is an output of its graph (or of a subgraph that captures it). */
  get isOutput(): boolean {
    for (const use of this.#uses) if (use.kind === "output") return true;
    return false;
  }
  /** True for a constant that no caller can override (initializer that is not a graph input). */
  get isConstant(): boolean {
    return this.constant !== undefined && !this.isInput;
  }
  /** The only reader when there is exactly one and it is a node; undefined otherwise. */
  get soleUser(): Node | undefined {
    if (this.#uses.size !== 1) return undefined;
    const [use] = this.#uses;
    return use?.kind === "node" ? use.node : undefined;
  }
  /** @internal */
  rename(name: string): void {
    this.#name = name;
  }
  /** @internal */
  addUse(use: Use): void {
    this.#uses.add(use);
  }
  /** @internal */
  dropUse(use: Use): void {
    this.#uses.delete(use);
  }
}
