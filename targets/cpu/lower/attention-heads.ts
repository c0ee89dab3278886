import type { Node, Value } from "../../../src/ir/index.ts";
import { intAttr, intsAttr, numbersOf } from "../../../src/ir/index.ts";
import type { Step } from "./pattern.ts";
import { unscaled } from "./pattern.ts";
import { sampleShape } from "./quantized-values.ts";

/** Heads side by side in channels `first` … `first + heads · width - 1` of `source`: [1, keys, channels]. */
export interface Heads {
  readonly source: Value;
  readonly first: number;
  readonly keys: number;
  readonly heads: number;
  readonly width: number;
  readonly scale: number;
  /** Nodes that queries, keys and values may share. */
  readonly shared: readonly Node[];
}

/** Axes of [1, tokens, heads, width] with heads before tokens. */
export const headsFirst = [0, 2, 1, 3];
/** The same with tokens last. */
export const keysLast = [0, 2, 3, 1];

/** Heads split off and their axes brought to `order`, perhaps scaled before or after. */
export function headsOf(value: Value | undefined, order: readonly number[], step: Step): Heads | undefined {
  const after = unscaled(value, step);
  const outer = step(after.source, "Transpose");
  const between = unscaled(outer === undefined ? after.source : outer.input(0), step);
  const outerPerm = outer === undefined ? [0, 1, 2, 3] : intsAttr(outer, "perm");
  const scale = after.scale * between.scale;
  const part = partOfStack(between.source);
  if (part !== undefined)
    return compose(headsFirst, outerPerm).join() === order.join() ? { ...part, scale } : undefined;
  const inner = step(between.source, "Transpose");
  const perm = inner === undefined ? outerPerm : compose(intsAttr(inner, "perm") ?? [], outerPerm);
  if (perm?.join() !== order.join()) return undefined;
  const split = step(inner === undefined ? between.source : inner.input(0), "Reshape");
  const whole = unscaled(split?.input(0), step);
  const shape = split === undefined ? undefined : sampleShape(split.output);
  const from = whole.source === undefined ? undefined : sampleShape(whole.source);
  if (shape?.length !== 4 || whole.source === undefined || whole.source.isConstant) return undefined;
  const [, keys, heads, width] = shape as readonly [number, number, number, number];
  if (from?.join() !== [1, keys, heads * width].join()) return undefined;
  return { ...channelsOf(whole.source), keys, heads, width, scale: scale * whole.scale };
}

/** The permutation that does `first`, then `second`. */
function compose(first: readonly number[], second: readonly number[] | undefined): readonly number[] {
  return second?.map((axis) => first[axis] as number) ?? [];
}

/** A part of a Split along the channels as what is split. */
function channelsOf(value: Value): Pick<Heads, "source" | "first" | "shared"> {
  const node = value.producer;
  const whole = node?.input(0);
  if (
    node?.opType !== "Split" ||
    node.domain !== "" ||
    whole === undefined ||
    ![-1, 2].includes(intAttr(node, "axis", 0))
  )
    return { source: value, first: 0, shared: [] };
  const before = node.outputs.slice(0, node.outputs.indexOf(value));
  const sizes = before.map((part) => (part === undefined ? undefined : sampleShape(part)?.[2]));
  if (!sizes.every((size) => size !== undefined)) return { source: value, first: 0, shared: [] };
  return { source: whole, first: sizes.reduce((sum, size) => sum + size, 0), shared: [node] };
}

/**
 * Queries, keys or values [1, heads, tokens, width] taken by index from one product that has all of them in its channels:
 * [1, tokens, 3, heads, width] with the axis of three moved to the front.
 */
function partOfStack(value: Value | undefined): Omit<Heads, "scale"> | undefined {
  const taken = takenFromStack(value);
  const transpose = taken?.stack.producer;
  if (taken === undefined || transpose?.opType !== "Transpose" || transpose.domain !== "") return undefined;
  if (intsAttr(transpose, "perm")?.join() !== [2, 0, 3, 1, 4].join()) return undefined;
  const split = transpose.input(0)?.producer;
  const source = split?.input(0);
  if (split?.opType !== "Reshape" || split.domain !== "" || source === undefined || source.isConstant) return undefined;
  const [shape, from] = [sampleShape(split.output), sampleShape(source)];
  if (shape?.length !== 5) return undefined;
  const [, keys, parts, heads, width] = shape as readonly [number, number, number, number, number];
  if (from?.join() !== [1, keys, parts * heads * width].join() || taken.index >= parts) return undefined;
  const shared = [split, transpose, ...taken.nodes];
  return { source, first: taken.index * heads * width, keys, heads, width, shared };
}

interface Taken {
  readonly stack: Value;
  readonly index: number;
  readonly nodes: readonly Node[];
}

/** One entry of the leading axis: by Gather, or by Split and Squeeze. */
function takenFromStack(value: Value | undefined): Taken | undefined {
  const node = value?.producer;
  const stack = node?.input(0);
  if (node === undefined || node.domain !== "" || stack === undefined) return undefined;
  if (node.opType === "Gather" && intAttr(node, "axis", 0) === 0) {
    const indices = node.input(1)?.constant;
    if (indices === undefined || indices.shape.length !== 0) return undefined;
    const index = Number(numbersOf(indices)[0]);
    return index < 0 ? undefined : { stack, index, nodes: [node] };
  }
  const split = node.opType === "Squeeze" ? stack.producer : undefined;
  const whole = split?.input(0);
  if (split?.opType !== "Split" || split.domain !== "" || whole === undefined || intAttr(split, "axis", 0) !== 0)
    return undefined;
  const axes = node.input(1)?.constant;
  const removed = axes === undefined ? intsAttr(node, "axes", []) : Array.from(numbersOf(axes), Number);
  const part = stack.type?.kind === "tensor" ? stack.type.shape : undefined;
  if (removed.join() !== "0" || part?.[0] !== 1) return undefined;
  // Every part is one entry when the first parts are.
  const before = split.outputs.slice(0, split.outputs.indexOf(stack));
  const single = before.every((one) => one?.type?.kind === "tensor" && one.type.shape?.[0] === 1);
  return single ? { stack: whole, index: before.length, nodes: [split, node] } : undefined;
}
