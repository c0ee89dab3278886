import type { Buffer, CopyOp, Placement } from "./buffers.ts";
import { wholeOf } from "./buffers.ts";
import type { ConcatOp, IntegerOp, IntegerTensor } from "./integer-graph.ts";
import { outputOf } from "./integer-graph.ts";
import type { AxisOrder, Extent } from "./physical.ts";
import { extentOf, sameOrder } from "./physical.ts";
import { LoweringRefusal } from "./refusal.ts";

/** Concatenations own their buffer; parts that some op writes for them alone are written straight into it. */
export function placeConcatenations(
  ops: readonly IntegerOp[],
  orderOf: (tensor: IntegerTensor) => AxisOrder,
  places: Map<IntegerTensor, Placement>,
  ownBuffer: (tensor: IntegerTensor, order: AxisOrder) => Buffer,
): void {
  const written = new Set(ops.filter(({ kind }) => kind !== "view").map(outputOf));
  for (const op of [...ops].reverse()) {
    if (op.kind !== "concat") continue;
    let whole = places.get(op.y);
    if (whole === undefined) {
      whole = wholeOf(ownBuffer(op.y, orderOf(op.y)));
      places.set(op.y, whole);
    }
    for (const [index, x] of op.xs.entries()) {
      const free = written.has(x) && !places.has(x) && op.xs.indexOf(x) === op.xs.lastIndexOf(x);
      if (free && sameOrder(x, orderOf(x), orderOf(op.y))) places.set(x, partOf(op, index, whole, orderOf));
    }
  }
}

/** Where part `index` of a concatenation stands in the place of the whole. */
function partOf(
  op: ConcatOp,
  index: number,
  whole: Placement,
  orderOf: (tensor: IntegerTensor) => AxisOrder,
): Placement {
  const order = orderOf(op.y);
  const before = op.xs.slice(0, index).reduce((sum, x) => sum + (x.shape[op.axis] as number), 0);
  const extent: Extent = extentOf(op.xs[index] as IntegerTensor, order);
  const position = order.indexOf(op.axis);
  if (position === order.length - 1) return { ...whole, extent, channel: whole.channel + before };
  if (position === order.length - 2 && extent.rows === whole.extent.rows)
    return { ...whole, extent, column: whole.column + before };
  const outer = order.slice(0, position).every((axis) => op.y.shape[axis] === 1);
  if (position < 0 || !outer) throw new LoweringRefusal(op, "concatenation along an inner axis");
  const inner = order.slice(position + 1, -2).reduce((size, axis) => size * (op.y.shape[axis] as number), 1);
  return { ...whole, extent, row: whole.row + before * inner };
}

/** Copies of the parts that could not be written in place. */
export function concatCopies(
  op: ConcatOp,
  whole: Placement,
  placeOf: (tensor: IntegerTensor) => Placement,
  orderOf: (tensor: IntegerTensor) => AxisOrder,
): readonly CopyOp[] {
  return op.xs.flatMap((x, index) => {
    const to = partOf(op, index, whole, orderOf);
    const from = placeOf(x);
    const inPlace =
      from.buffer === to.buffer && from.row === to.row && from.column === to.column && from.channel === to.channel;
    if (inPlace) return [];
    if (!sameOrder(x, orderOf(x), orderOf(op.y))) throw new LoweringRefusal(op, "parts stand in different orders");
    return [{ kind: "copy" as const, name: `${op.name} part ${index}`, from, to, planar: undefined }];
  });
}
