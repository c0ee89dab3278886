import type { Dim, Node, Shape } from "../../../../src/ir/index.ts";
import { intAttr, multiplyDims, sameDim } from "../../../../src/ir/index.ts";
import { axesOf, integersOf, shapeOf } from "../../../support/facts.ts";
import type { ChannelFlow, ChannelLayout } from "../channel-flow.ts";
import { keyOf } from "../channel-flow.ts";
import type { ChannelRule } from "./rule.ts";

/**
 * Where channels lie after the elements were laid out anew in row-major order. The axes before the channels keep their
 * number of elements, so each channel stays one run: of a whole axis, or of `block` places of a longer one (Flatten), or
 * such runs become channels again. `copies` leading axes are copied as they are, whatever their size. Undefined where
 * channels would be torn apart.
 */
function reshaped(x: ChannelLayout, input: Shape, output: Shape, copies: number): ChannelLayout | undefined {
  const target = product(input.slice(0, x.axis));
  for (const [axis, size] of output.entries()) {
    const before = product(output.slice(0, axis));
    const aligned = (axis === x.axis && copies >= x.axis) || (before !== undefined && sameDim(before, target));
    if (!aligned || typeof size !== "number" || size <= 1) continue;
    const ids = size >= x.ids.length ? spread(x.ids, size) : gathered(x.ids, size);
    return ids === undefined ? undefined : { rank: output.length, axis, ids };
  }
  return undefined;
}

function product(dims: readonly Dim[]): Dim {
  return dims.reduce<Dim>((total, dim) => multiplyDims(total, dim), 1);
}

/** Each channel takes a run of places. */
function spread(ids: Int32Array, size: number): Int32Array | undefined {
  const block = size / ids.length;
  return Number.isInteger(block)
    ? Int32Array.from({ length: size }, (_, i) => ids[Math.floor(i / block)] as number)
    : undefined;
}

/** Runs of places of one channel become one place. */
function gathered(ids: Int32Array, size: number): Int32Array | undefined {
  const block = ids.length / size;
  if (!Number.isInteger(block) || ids.some((id, i) => id !== ids[i - (i % block)])) return undefined;
  return Int32Array.from({ length: size }, (_, i) => ids[i * block] as number);
}

function reshape(node: Node, flow: ChannelFlow): void {
  const value = node.input(0);
  const x = flow.layoutOf(value);
  const input = shapeOf(value);
  const output = shapeOf(node.output);
  if (x === undefined || input === undefined || output === undefined || !flow.isFixed(node, 1))
    return flow.refuse(node, `the shapes of ${node.opType} are unknown`);
  if (node.opType === "Squeeze" && axesOf(node) === "absent")
    return flow.refuse(node, "Squeeze without axes would drop a single channel that is left");
  const hasTarget = node.opType === "Reshape";
  const target = hasTarget ? integersOf(node.input(1)) : undefined;
  if (hasTarget && target === undefined) return flow.refuse(node, "the target of Reshape is computed");
  const zeroCopies = intAttr(node, "allowzero", 0) === 0;
  const changed = target?.findIndex((size) => size !== 0 || !zeroCopies) ?? 0;
  const layout = reshaped(x, input, output, changed < 0 ? input.length : changed);
  if (layout === undefined) return flow.refuse(node, `${node.opType} splits or mixes the channels`);
  if (target !== undefined) {
    const size = target[layout.axis] as number;
    if (size > 0)
      flow.edits.push((countKept) => [
        { node: keyOf(node), input: 1, values: target.with(layout.axis, countKept(layout.ids)) },
      ]);
    if (zeroCopies && target[x.axis] === 0 && layout.axis !== x.axis)
      return flow.refuse(node, "Reshape copies the number of channels to another axis");
  }
  flow.setLayout(node.output, layout);
}

/** Operators that keep all elements in their order. */
export const reshapeRule: ChannelRule = { ops: ["Reshape", "Flatten", "Squeeze", "Unsqueeze"], apply: reshape };
