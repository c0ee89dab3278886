import type { Strides } from "../workload.ts";
import type { ConvOp, FloatConvOp, IntegerOp, IntegerTensor, SoftmaxOp } from "./integer-graph.ts";
import { inputsOf } from "./integer-graph.ts";

/**
 * The order in which a tensor's axes stand in memory, outermost first, the batch axis left out: channels-last for four
 * dimensions (0,2,3,1), as written for fewer.
 */
export type AxisOrder = readonly number[];

/** A tensor in memory as rows × columns × channels. */
export interface Extent {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

/** Channels last for images, as written for everything else. */
export function preferredOrder(rank: number): AxisOrder {
  return rank === 4 ? [2, 3, 1] : naturalOrder(rank);
}

/** The three extents of a tensor whose axes stand in `order`: the last is channels, the one before columns. */
export function extentOf(tensor: IntegerTensor, order: AxisOrder): Extent {
  const dims = order.map((axis) => tensor.shape[axis] as number);
  const channels = dims.at(-1) ?? 1;
  const columns = dims.at(-2) ?? 1;
  return { rows: dims.slice(0, -2).reduce((a, b) => a * b, 1), columns, channels };
}

/** Whether elements stand in memory in the order of the dimensions as written, axes of size 1 aside. */
export function isNatural(tensor: IntegerTensor, order: AxisOrder): boolean {
  const long = order.filter((axis) => tensor.shape[axis] !== 1);
  return long.every((axis, index) => index === 0 || axis > (long[index - 1] as number));
}

/** Two orders that place all elements alike, axes of size 1 aside. */
export function sameOrder(tensor: IntegerTensor, a: AxisOrder, b: AxisOrder): boolean {
  const long = (order: AxisOrder): AxisOrder => order.filter((axis) => tensor.shape[axis] !== 1);
  const [left, right] = [long(a), long(b)];
  return left.every((axis, index) => axis === right[index]);
}

/**
 * The axis orders of all tensors of a region: results of convolutions, pools and borders stand as preferred, a transpose
 * keeps memory as it is and permutes the order, elementwise results follow their operand.
 */
export function axisOrders(ops: readonly IntegerOp[]): ReadonlyMap<IntegerTensor, AxisOrder> {
  const orders = new Map<IntegerTensor, AxisOrder>();
  for (const op of ops) {
    if (op.kind === "exit") continue;
    orders.set(op.y, op.kind === "enter" ? entryOrder(op.y, ops) : resultOrder(op, orders, ops));
  }
  return orders;
}

/** A tensor that comes in stands as its first reader wants it, so that a transposed one is as preferred. */
function entryOrder(y: IntegerTensor, ops: readonly IntegerOp[]): AxisOrder {
  for (const op of ops) {
    if (!inputsOf(op).includes(y)) continue;
    const isSum = op.kind === "conv" || op.kind === "float-conv";
    if ((isSum && op.layout === "io") || op.kind === "normalization") return naturalOrder(y.shape.length);
    if (op.kind !== "view" || op.perm === undefined) continue;
    const { perm } = op;
    return preferredOrder(op.y.shape.length).map((axis) => perm[axis] as number);
  }
  return preferredOrder(y.shape.length);
}

/** The order in which a convolution or product reads and writes: channels last for images, matrices as written. */
export function sumOrder({ layout, x }: Pick<ConvOp | FloatConvOp, "layout" | "x">): AxisOrder {
  return layout === "io" ? naturalOrder(x.shape.length) : preferredOrder(x.shape.length);
}

/** The order of a narrowed tensor: that of the sums that read it. */
function narrowOrder(y: IntegerTensor, ops: readonly IntegerOp[]): AxisOrder {
  for (const op of ops) if (op.kind === "float-conv" && op.x === y) return sumOrder(op);
  return preferredOrder(y.shape.length);
}

function resultOrder(
  op: Exclude<IntegerOp, { readonly kind: "exit" | "enter" }>,
  orders: ReadonlyMap<IntegerTensor, AxisOrder>,
  ops: readonly IntegerOp[],
): AxisOrder {
  const preferred = preferredOrder(op.y.shape.length);
  const of = (tensor: IntegerTensor): AxisOrder => orders.get(tensor) ?? preferredOrder(tensor.shape.length);
  switch (op.kind) {
    case "view": {
      const { perm } = op;
      if (perm === undefined) return isNatural(op.y, preferred) ? preferred : naturalOrder(op.y.shape.length);
      return of(op.x).map((axis) => perm.indexOf(axis));
    }
    case "convert":
      return op.y.stored === undefined ? of(op.x) : narrowOrder(op.y, ops);
    case "table":
    case "float-unary":
      return of(op.x);
    case "binary":
    case "float-binary":
      return of(op.a);
    case "softmax":
      return softmaxOrder(op, of(op.x));
    case "product":
      return productOrder(op.y, ops);
    case "concat": {
      const [first] = op.xs;
      return first !== undefined && op.xs.every((x) => of(x).join() === of(first).join()) ? of(first) : preferred;
    }
    case "conv":
    case "float-conv":
      return sumOrder(op);
    case "normalization":
      return naturalOrder(op.y.shape.length);
    case "attention":
    case "pool":
      return preferred;
    case "resize":
      return op.planar === true ? naturalOrder(4) : preferred;
    case "argmax":
      return naturalOrder(op.y.shape.length);
  }
}

/** The order a softmax needs its input in, and gives its result: that of the input where its axis is last there. */
export function softmaxOrder({ x, axis }: SoftmaxOp, given: AxisOrder): AxisOrder {
  const rank = x.shape.length;
  const order = [given, preferredOrder(rank), naturalOrder(rank)].find((one) => one.at(-1) === axis);
  if (order === undefined) throw new Error("the axis of a softmax stands last in no order");
  return order;
}

/** The order with an axis last and all others as written, where there is one: what places along it are found in. */
export function argmaxOrder(rank: number, axis: number): AxisOrder | undefined {
  return [preferredOrder(rank), naturalOrder(rank)].find((order) => order.at(-1) === axis);
}

/** The order in which a product reads a factor: as it stands when one of the last `free` dimensions is last in memory. */
export function factorOrder({ shape }: IntegerTensor, given: AxisOrder, free: 1 | 2): AxisOrder {
  return (given.at(-1) ?? 0) >= shape.length - free ? given : naturalOrder(shape.length);
}

/** Elements from one index of each axis to the next, for a tensor of a buffer with such strides. */
export function axisStrides(
  { shape }: IntegerTensor,
  order: AxisOrder,
  { row, pixel }: Strides,
): (axis: number) => number {
  const distances = new Map<number, number>();
  let outer = row;
  for (const [index, axis] of order.toReversed().entries()) {
    distances.set(axis, index === 0 ? 1 : index === 1 ? pixel : outer);
    if (index >= 2) outer *= shape[axis] as number;
  }
  return (axis) => distances.get(axis) ?? 0;
}

/** Products stand as written, or so that they are when they are transposed next; columns always stand side by side. */
function productOrder(y: IntegerTensor, ops: readonly IntegerOp[]): AxisOrder {
  const natural = naturalOrder(y.shape.length);
  for (const op of ops) {
    if (op.kind !== "view" || op.x !== y || op.perm === undefined) continue;
    const { perm } = op;
    const order = natural.map((axis) => perm[axis] as number);
    if (order.at(-1) === natural.at(-1)) return order;
  }
  return natural;
}

/** Axes as written, the batch left out. */
export function naturalOrder(rank: number): AxisOrder {
  return Array.from({ length: rank - 1 }, (_, index) => index + 1);
}
