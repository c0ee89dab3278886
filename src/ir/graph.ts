import type { Attribute } from "./attribute.ts";
import type { NameScope } from "./names.ts";
import { Node } from "./node.ts";
import type { NodeSpec } from "./node.ts";
import { NodeWalk } from "./node-walk.ts";
import { replaceUses } from "./replace-uses.ts";
import { topologicalOrder } from "./topological-order.ts";
import type { Tensor } from "./tensor.ts";
import type { ValueType } from "./type.ts";
import { tensorType } from "./type.ts";
import { Value } from "./value.ts";
import type { Use } from "./use-list.ts";
import { outputUse } from "./use-list.ts";
import type { Extra } from "./value.ts";

/**
 * A graph in SSA form: the model's main graph, the body of a control-flow node, or the body of a function. All change
 * goes through its verbs, which keep use-def chains. Nodes stand in a linked list in topological order.
 */
export class Graph {
  name: string;
  docString = "";
  metadata: ReadonlyMap<string, string> = new Map();
  extra: Extra;
  /** The graph of the node whose attribute this graph is; undefined for main graphs and function bodies. */
  readonly parent: Graph | undefined;
  readonly names: NameScope;
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #outputUses: Use[] = [];
  readonly #constants = new Set<Value>();
  #first: Node | undefined;
  #last: Node | undefined;
  #count = 0;
  /** Number of graphs nested directly in the nodes: mostly 0, and then no walk has to look for them. */
  #bodies = 0;

  /** A subgraph shares its parent's names, so that inlining never clashes; a main graph or function body brings its own. */
  constructor(name: string, names: NameScope, parent?: Graph) {
    this.name = name;
    this.names = names;
    this.parent = parent;
  }
  get inputs(): readonly Value[] {
    return this.#inputs;
  }
  get outputs(): readonly Value[] {
    return this.#outputs;
  }
  /** Constants of this graph (initializers), unused ones included, those that are also inputs included. */
  get constants(): ReadonlySet<Value> {
    return this.#constants;
  }
  get nodeCount(): number {
    return this.#count;
  }
  get firstNode(): Node | undefined {
    return this.#first;
  }
  get lastNode(): Node | undefined {
    return this.#last;
  }

  /** Nodes in order. Safe while the current node is removed and nodes are inserted before it or anywhere after it. */
  nodes(): Iterable<Node> {
    return new NodeWalk(this.#first);
  }
  /** Nodes from last to first. Safe while the current node is removed. */
  *nodesReversed(): Iterable<Node> {
    let node = this.#last;
    while (node !== undefined) {
      const previous: Node | undefined = node.previous;
      yield node;
      node = node.attached ? node.previous : previous;
    }
  }
  /** This graph's nodes and, after each node, those of its subgraphs. */
  *allNodes(): Iterable<Node> {
    for (const node of this.nodes()) {
      yield node;
      if (node.bodyCount > 0) for (const [, graph] of node.subgraphs()) yield* graph.allNodes();
    }
  }
  /** This graph and every graph nested in it. */
  *allGraphs(): Iterable<Graph> {
    yield this;
    if (this.#bodies === 0) return;
    for (const node of this.nodes()) for (const [, graph] of node.subgraphs()) yield* graph.allGraphs();
  }

  /** Adds a graph input. */
  addInput(name: string, type: ValueType | undefined): Value {
    this.names.reserve(name);
    const value = new Value(this, name, type);
    value.isInput = true;
    this.#inputs.push(value);
    return value;
  }
  /** Removes an input that nothing reads. Interface of the main graph: only `--shape`-like options may do so. */
  removeInput(value: Value): void {
    if (value.uses.size > 0) throw new Error(`input "${value.name}" is still read`);
    const at = this.#inputs.indexOf(value);
    if (at >= 0) this.#inputs.splice(at, 1);
    this.#constants.delete(value);
  }
  /** Makes an input with a default value a plain constant, which callers can no longer override. */
  freezeInput(value: Value): void {
    if (value.constant === undefined) throw new Error(`input "${value.name}" has no default value`);
    const at = this.#inputs.indexOf(value);
    if (at >= 0) this.#inputs.splice(at, 1);
    value.isInput = false;
  }
  /** Adds a constant under exactly this name, or turns the existing input into one with a default value. */
  addInitializer(name: string, tensor: Tensor, input?: Value): Value {
    const value = input ?? new Value(this, name, tensorType(tensor.dtype, tensor.shape));
    if (input === undefined) this.names.reserve(name);
    value.constant = tensor;
    this.#constants.add(value);
    return value;
  }
  /** Adds a constant with a fresh name made from `hint`. */
  addConstant(hint: string, tensor: Tensor): Value {
    return this.addInitializer(this.names.fresh(hint), tensor);
  }
  /** Removes a constant that nothing reads. */
  removeConstant(value: Value): void {
    if (value.uses.size > 0) throw new Error(`constant "${value.name}" is still read`);
    this.#constants.delete(value);
    value.constant = undefined;
  }
  /** Makes a value an output, after the existing ones. */
  addOutput(value: Value): void {
    const use = outputUse(this, this.#outputs.length);
    this.#outputs.push(value);
    this.#outputUses.push(use);
    value.addUse(use);
  }
  /** Sets which value is output `index`; the name of the interface then is the new value's. */
  setOutput(index: number, value: Value): void {
    const old = this.#outputUses[index];
    if (old === undefined) throw new RangeError(`graph "${this.name}" has no output ${index}`);
    this.#outputs[index]?.dropUse(old);
    this.#outputs[index] = value;
    const use = outputUse(this, index);
    this.#outputUses[index] = use;
    value.addUse(use);
  }
  /** Removes the output at `index` (of a subgraph or function; the main graph's signature stays). */
  removeOutput(index: number): void {
    this.#outputs.forEach((value, i) => value.dropUse(this.#outputUses[i] as Use));
    this.#outputs.splice(index, 1);
    this.#outputUses.length = 0;
    this.#outputs.forEach((value, i) => {
      const use = outputUse(this, i);
      this.#outputUses.push(use);
      value.addUse(use);
    });
  }

  /** Appends a node. */
  append(spec: NodeSpec): Node {
    return this.#insert(spec, undefined);
  }
  /** Inserts a node before `anchor`, which must stand in this graph. */
  insertBefore(anchor: Node, spec: NodeSpec): Node {
    this.#check(anchor);
    return this.#insert(spec, anchor);
  }
  /** Inserts a node right after `anchor`. */
  insertAfter(anchor: Node, spec: NodeSpec): Node {
    this.#check(anchor);
    return this.#insert(spec, anchor.next);
  }
  /** Inserts a node at the front. */
  prepend(spec: NodeSpec): Node {
    return this.#insert(spec, this.#first);
  }
  #check(node: Node): void {
    if (node.graph !== this || !node.attached) throw new Error(`node "${node.name}" is not in graph "${this.name}"`);
  }
  #insert(spec: NodeSpec, before: Node | undefined): Node {
    const node = new Node(this, spec);
    node.setInputs(spec.inputs);
    const attributes = spec.attributes;
    if (attributes !== undefined) {
      const entries = attributes instanceof Map ? attributes : Object.entries(attributes as Record<string, Attribute>);
      for (const [name, attribute] of entries as Iterable<[string, Attribute]>) node.setAttribute(name, attribute);
    }
    const outputs =
      typeof spec.outputs === "number" ? Array.from({ length: spec.outputs }, () => ({})) : (spec.outputs ?? [{}]);
    node.setOutputs(
      outputs.map((output: { readonly name?: string; readonly type?: ValueType | undefined } | undefined) => {
        if (output === undefined) return undefined;
        if (output.name !== undefined) this.names.reserve(output.name);
        const name =
          output.name ?? this.names.fresh(spec.name !== undefined && spec.name !== "" ? spec.name : spec.opType);
        return new Value(this, name, output.type);
      }),
    );
    this.#link(node, before);
    return node;
  }
  #link(node: Node, before: Node | undefined): void {
    node.next = before;
    node.previous = before === undefined ? this.#last : before.previous;
    if (node.previous === undefined) this.#first = node;
    else node.previous.next = node;
    if (before === undefined) this.#last = node;
    else before.previous = node;
    node.attached = true;
    this.#count++;
    this.#bodies += node.bodyCount;
  }
  /** @internal a node of this graph got or lost bodies */
  countBodies(change: number): void {
    this.#bodies += change;
  }
  #unlink(node: Node): void {
    if (node.previous === undefined) this.#first = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) this.#last = node.previous;
    else node.next.previous = node.previous;
    node.attached = false;
    this.#count--;
    this.#bodies -= node.bodyCount;
  }
  /** Moves a node to stand right before `anchor`. The caller keeps the order topological. */
  moveBefore(node: Node, anchor: Node): void {
    this.#check(node);
    this.#check(anchor);
    if (node === anchor) return;
    this.#unlink(node);
    this.#link(node, anchor);
  }
  /** Removes a node whose outputs nothing reads, with its subgraphs' uses of outer values. */
  remove(node: Node): void {
    this.#check(node);
    for (const output of node.outputs)
      if (output !== undefined && output.uses.size > 0)
        throw new Error(`output "${output.name}" of a node to remove is still read`);
    for (const [, graph] of node.subgraphs()) graph.#release();
    node.setInputs([]);
    this.#unlink(node);
  }
  /** Drops every use that this graph's nodes and outputs hold, because the graph itself goes away. */
  #release(): void {
    this.#outputs.forEach((value, i) => value.dropUse(this.#outputUses[i] as Use));
    for (const node of this.nodes()) {
      for (const [, graph] of node.subgraphs()) graph.#release();
      node.setInputs([]);
    }
  }
  /** Sets input `index` of a node; grows the list with absent inputs as needed. */
  setInput(node: Node, index: number, value: Value | undefined): void {
    if (index < node.inputs.length) node.replaceInput(index, value);
    else {
      const values = [...node.inputs];
      while (values.length < index) values.push(undefined);
      values.push(value);
      node.setInputs(values);
    }
  }
  /** Sets all inputs of a node. */
  setInputs(node: Node, values: readonly (Value | undefined)[]): void {
    node.setInputs(values);
  }
  /** Drops trailing outputs, or blanks one, that nothing reads. */
  dropOutput(node: Node, index: number): void {
    const value = node.outputs[index];
    if (value !== undefined && value.uses.size > 0) throw new Error(`output "${value.name}" is still read`);
    const outputs = [...node.outputs];
    outputs[index] = undefined;
    while (outputs.length > 1 && outputs.at(-1) === undefined) outputs.pop();
    if (value !== undefined) value.producer = undefined;
    node.setOutputs(outputs);
  }
  /** Sets an attribute; undefined removes it. */
  setAttribute(node: Node, name: string, attribute: Attribute | undefined): void {
    node.setAttribute(name, attribute);
  }

  /**
   * Makes every reader of `from` read `to`. Where `from` is an output of a graph, the name of the interface stays: `to`
   * takes the name when it is computed by a node of that graph and is not itself an input or output, else an Identity
   * is inserted. `from` gets a fresh name when it gives its own away.
   */
  replaceUses(from: Value, to: Value): void {
    replaceUses(from, to);
  }
  /** Gives a value another name. Names of the interface never change: inputs and outputs throw. */
  rename(value: Value, name: string): void {
    if (value.isInput || value.isOutput) throw new Error(`"${value.name}" is part of the interface`);
    this.names.reserve(name);
    value.rename(name);
  }

  /**
   * Puts the nodes into topological order, keeping the present order where it is already one.
   * Returns the nodes that stand on a cycle; when there are any, nothing is moved.
   */
  sort(): readonly Node[] {
    const { order, onCycle } = topologicalOrder(this);
    if (onCycle.length > 0 || order === undefined) return onCycle;
    for (const node of order) {
      this.#unlink(node);
      this.#link(node, undefined);
    }
    return [];
  }
}
