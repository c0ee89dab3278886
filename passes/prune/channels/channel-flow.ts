import type { Graph, Model, Node, Tensor, Value } from "../../../src/ir/index.ts";
import { dtypes } from "../../../src/ir/index.ts";
import { ChannelClasses } from "../../../src/prune/index.ts";
import { constantOf } from "../../support/facts.ts";
import type { NodeEdit } from "./plan.ts";

/** Where the channels of a value lie: each place of `axis` belongs to one channel. */
export interface ChannelLayout {
  readonly rank: number;
  readonly axis: number;
  readonly ids: Int32Array;
}

/** What a parameter's places along an axis are: output filters (scored), biases, inputs of weights, or values in between. */
export type SliceRole = "filter" | "bias" | "input" | "between";

/** One axis of a constant that shrinks with channels. */
export interface ParameterSlice {
  readonly node: Node;
  readonly input: number;
  readonly constant: Value;
  readonly axis: number;
  readonly ids: Int32Array;
  readonly role: SliceRole;
}

/** Number of channels among `ids` that stay. */
export type CountKept = (ids: Int32Array) => number;

/** Changes to write once it is known which channels stay; dropped where all that it counts stay. */
export type PendingEdit = (countKept: CountKept) => readonly NodeEdit[];

/** Constants of at most this many bytes are copied for each reader; the readers of larger ones prune alike. */
const maxCopiedBytes = 4096;

/** The name by which reports call a node. */
export function labelOf(node: Node): string {
  return node.name === "" ? (node.outputs.find((output) => output !== undefined)?.name ?? node.opType) : node.name;
}

/** The name by which a plan finds a node: that of its first output. */
export function keyOf(node: Node): string {
  const output = node.outputs.find((value) => value !== undefined);
  if (output === undefined) throw new Error(`${node.opType} "${node.name}" has no output`);
  return output.name;
}

/** What is known of the channels of a graph while it is walked; changes nothing in the graph. */
export class ChannelFlow {
  readonly graph: Graph;
  /** Version of the default domain. */
  readonly opset: number;
  readonly classes = new ChannelClasses();
  /** Values that carry channels; the channels of every other value stay as they are. */
  readonly layouts = new Map<Value, ChannelLayout>();
  readonly slices: ParameterSlice[] = [];
  readonly edits: PendingEdit[] = [];
  /** What labels stand for: the names of nodes. */
  readonly members: string[] = [];
  readonly #shared = new Map<Value, Map<number, ParameterSlice[]>>();

  constructor(model: Model) {
    this.graph = model.graph;
    this.opset = model.opsets.get("") ?? 1;
  }
  /** The channels of a value; undefined when they stay. */
  layoutOf(value: Value | undefined): ChannelLayout | undefined {
    return value === undefined ? undefined : this.layouts.get(value);
  }
  /** Says where the channels of a node's output lie. */
  setLayout(value: Value | undefined, layout: ChannelLayout): void {
    if (value !== undefined) this.layouts.set(value, layout);
  }
  /** New channels made by a node. */
  newChannels(count: number, node: Node): Int32Array {
    const ids = this.classes.add(count);
    this.mark(ids, labelOf(node));
    return ids;
  }
  /** Marks channels that must not all vanish as one more set: those a node makes, or one part of a Split. */
  mark(ids: Int32Array, member: string): void {
    this.classes.label(ids, this.members.length);
    this.members.push(member);
  }
  /** New channels that stay. */
  fixedChannels(count: number, node: Node, reason: string): Int32Array {
    const ids = this.classes.add(count);
    this.lock(ids, node, reason);
    return ids;
  }
  lock(ids: Int32Array, node: Node, reason: string): void {
    this.classes.lock(ids, { node: labelOf(node), reason });
  }
  /** Locks all channels that the node reads; those of its outputs stay too. */
  refuse(node: Node, reason: string): void {
    for (const input of node.inputs) {
      const layout = this.layoutOf(input);
      if (layout !== undefined) this.lock(layout.ids, node, reason);
    }
  }
  /** Whether the input is absent or carries no channels. */
  isFixed(node: Node, index: number): boolean {
    return this.layoutOf(node.input(index)) === undefined;
  }
  /** A constant input of a floating-point type that can be cut. */
  weightOf(node: Node, index: number): Tensor | undefined {
    const tensor = constantOf(node.input(index));
    if (tensor === undefined) return undefined;
    const { kind, bits } = dtypes[tensor.dtype];
    return kind === "float" && bits >= 16 ? tensor : undefined;
  }
  /** Lets the places of a constant input's axis go with the channels. */
  slice(node: Node, input: number, axis: number, ids: Int32Array, role: SliceRole): void {
    const constant = node.input(input);
    const tensor = constantOf(constant);
    if (constant === undefined || tensor?.shape[axis] !== ids.length)
      throw new Error(`input ${input} of "${labelOf(node)}" does not have ${ids.length} places on axis ${axis}`);
    if (dtypes[tensor.dtype].bits < 8) return this.lock(ids, node, `${constant.name} holds ${tensor.dtype}`);
    const slice: ParameterSlice = { node, input, constant, axis, ids, role };
    this.slices.push(slice);
    if (constant.uses.size > 1 && tensor.byteLength > maxCopiedBytes) this.#share(slice);
  }
  /** Readers of one large constant lose the same places, so that it need not be copied. */
  #share(slice: ParameterSlice): void {
    let axes = this.#shared.get(slice.constant);
    if (axes === undefined) this.#shared.set(slice.constant, (axes = new Map<number, ParameterSlice[]>()));
    const list = axes.get(slice.axis);
    if (list === undefined) axes.set(slice.axis, [slice]);
    else {
      this.classes.uniteAll((list[0] as ParameterSlice).ids, slice.ids);
      list.push(slice);
    }
  }
  /** Locks what the graph around needs: outputs, what subgraphs read, and large constants that one reader keeps whole. */
  lockInterface(): void {
    for (const [value, { ids }] of this.layouts)
      for (const use of value.uses) {
        if (use.kind === "node" && use.node.graph === this.graph) continue;
        if (use.kind === "output" && use.graph === this.graph)
          this.classes.lock(ids, { node: value.name, reason: "it is an output of the model" });
        else this.classes.lock(ids, { node: value.name, reason: "a subgraph reads it" });
      }
    for (const [constant, axes] of this.#shared)
      for (const slices of axes.values())
        if (slices.length < constant.uses.size)
          for (const { ids, node } of slices)
            this.lock(ids, node, `another reader needs "${constant.name}" whole on that axis`);
  }
}
