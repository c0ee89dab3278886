import type { Value } from "../../../src/ir/index.ts";
import { refuseLargeBuffers } from "./buffer-limit.ts";
import type { Buffer, CopyOp, Placement, Storage } from "./buffers.ts";
import { growHalo, makeRigid, newBuffer, wholeOf } from "./buffers.ts";
import type { ConvOp, ExitOp, FloatConvOp, IntegerOp, IntegerTensor, PoolOp, ViewOp } from "./integer-graph.ts";
import { inputsOf, outputOf } from "./integer-graph.ts";
import type { Transposition } from "./phases.ts";
import { transposedPads } from "./phases.ts";
import type { AxisOrder } from "./physical.ts";
import { concatCopies, placeConcatenations } from "./place-concatenations.ts";
import { LoweringRefusal } from "./refusal.ts";
import { cellsBehind } from "./window.ts";
import {
  argmaxOrder,
  axisOrders,
  extentOf,
  factorOrder,
  isNatural,
  naturalOrder,
  preferredOrder,
  sameOrder,
  softmaxOrder,
  sumOrder,
} from "./physical.ts";

/** An op with the places of what it reads and writes; the placements of `copy` are in the op. */
export type PlacedOp =
  | CopyOp
  | {
      readonly kind: "op";
      readonly op: IntegerOp;
      readonly inputs: readonly Placement[];
      readonly output: Placement | undefined;
    };

/** Places of all tensors, and the ops in order with the copies between them. */
export interface PlacedRegion {
  readonly ops: readonly PlacedOp[];
  readonly storages: readonly Storage[];
  /** Axis orders, by tensor. */
  readonly orders: ReadonlyMap<IntegerTensor, AxisOrder>;
}

/**
 * Gives every tensor a place: parts of a concatenation in its buffer, views on what they view, halos round what padded
 * windows read, copies where that cannot be. Throws {@link LoweringRefusal}.
 */
export function placeTensors(ops: readonly IntegerOp[]): PlacedRegion {
  const orders = axisOrders(ops);
  const places = new Map<IntegerTensor, Placement>();
  const storages: Storage[] = [];
  const placed: PlacedOp[] = [];
  const copies = new Map<string, Placement>();
  const orderOf = (tensor: IntegerTensor): AxisOrder => orders.get(tensor) ?? preferredOrder(tensor.shape.length);
  const storage = (name: string, output?: Value): Storage => {
    const made = { id: storages.length, name, output };
    storages.push(made);
    return made;
  };
  const ownBuffer = (tensor: IntegerTensor, order: AxisOrder, output?: Value): Buffer =>
    newBuffer(storage(tensor.name, output), extentOf(tensor, order), bytesOfElement(tensor), output !== undefined);
  const placeOf = (tensor: IntegerTensor): Placement => {
    const place = places.get(tensor);
    if (place === undefined) throw new Error(`"${tensor.name}" is read before it is written`);
    return place;
  };

  placeConcatenations(ops, orderOf, places, ownBuffer);
  placeFloatOutputs(ops, orderOf, places, ownBuffer);

  /** The tensor in the wanted order with the wanted halo: in place when that can be, else a copy, made once. */
  const readable = (
    tensor: IntegerTensor,
    wanted: AxisOrder,
    pads: readonly [number, number, number, number],
    fill: number,
    op: IntegerOp,
  ): Placement => {
    const own = placeOf(tensor);
    const order = orderOf(tensor);
    const inOrder = sameOrder(tensor, order, wanted);
    const alike = order.join() === wanted.join();
    if (alike && growHalo(own, pads, fill)) return own;
    if (inOrder && !alike && pads.every((pad) => pad === 0) && makeRigid(own))
      return wholeOf(newBuffer(own.buffer.storage, extentOf(tensor, wanted), own.buffer.elementBytes, true));
    const key = `${tensor.name} ${wanted.join()} ${fill}`;
    const known = copies.get(key);
    if (known !== undefined && growHalo(known, pads, fill)) return known;
    const bytes = bytesOfElement(tensor);
    const copy = wholeOf(newBuffer(storage(`${tensor.name} copy`), extentOf(tensor, wanted), bytes, false));
    growHalo(copy, pads, fill);
    const planar = inOrder ? undefined : planarSide(tensor, order, wanted);
    if (planar === "neither") throw new LoweringRefusal(op, "axes in an order that no copy makes");
    if (planar === "from" && !makeRigid(own)) throw new LoweringRefusal(op, "a channel-first tensor with a halo");
    placed.push({ kind: "copy", name: `${tensor.name} copy`, from: own, to: copy, planar });
    copies.set(key, copy);
    return copy;
  };

  for (const op of ops) {
    const inputs = inputPlaces(op, { readable, placeOf, orderOf });
    if (op.kind === "view") {
      places.set(op.y, viewPlace(op, inputs[0] as Placement, orderOf, readable));
      continue;
    }
    const y = outputOf(op);
    if (y !== undefined && !places.has(y)) places.set(y, wholeOf(ownBuffer(y, orderOf(y))));
    if (op.kind === "concat") {
      placed.push(...concatCopies(op, placeOf(op.y), placeOf, orderOf));
      continue;
    }
    if (op.kind === "exit" && placeOf(op.x).buffer.storage.output === op.to) continue;
    placed.push({ kind: "op", op, inputs, output: y === undefined ? undefined : placeOf(y) });
  }
  refuseLargeBuffers(placed.filter((item) => item.kind === "op"));
  return { ops: placed, storages, orders };
}

function bytesOfElement({ quantization, stored }: IntegerTensor): Buffer["elementBytes"] {
  if (quantization !== undefined) return 1;
  if (stored === "bf16") return 2;
  return stored === "s64" ? 8 : 4;
}

interface Access {
  readable(
    tensor: IntegerTensor,
    wanted: AxisOrder,
    pads: readonly [number, number, number, number],
    fill: number,
    op: IntegerOp,
  ): Placement;
  placeOf(tensor: IntegerTensor): Placement;
  orderOf(tensor: IntegerTensor): AxisOrder;
}

const noPads = [0, 0, 0, 0] as const;

/** Where an op reads its tensors from. */
function inputPlaces(op: IntegerOp, { readable, placeOf, orderOf }: Access): readonly Placement[] {
  switch (op.kind) {
    case "float-conv": {
      const x = readable(op.x, sumOrder(op), touchedPads(op), 0, op);
      if (op.residual === undefined) return [x];
      return [x, readable(op.residual.tensor, orderOf(op.y), noPads, 0, op)];
    }
    case "conv": {
      const x = readable(op.x, sumOrder(op), touchedPads(op), op.x.quantization?.zero ?? 0, op);
      if (op.residual === undefined || "constant" in op.residual.tensor) return [x];
      return [x, readable(op.residual.tensor, orderOf(op.y), noPads, 0, op)];
    }
    case "pool": {
      const least = op.x.quantization === undefined ? -Infinity : 0;
      const fill = op.mode === "max" ? least : (op.x.quantization?.zero ?? 0);
      return [readable(op.x, preferredOrder(4), touchedPads(op), fill, op)];
    }
    case "attention":
      return inputsOf(op).map((x) => readable(x, preferredOrder(x.shape.length), noPads, 0, op));
    case "normalization":
      return inputsOf(op).map((x) => readable(x, naturalOrder(x.shape.length), noPads, 0, op));
    case "product":
      return [
        readable(op.a, factorOrder(op.a, orderOf(op.a), 1), noPads, 0, op),
        readable(op.b, factorOrder(op.b, orderOf(op.b), 2), noPads, 0, op),
      ];
    case "softmax":
      return [readable(op.x, softmaxOrder(op, orderOf(op.x)), noPads, 0, op)];
    case "resize":
      return [readable(op.x, preferredOrder(4), noPads, 0, op)];
    case "argmax":
      return [readable(op.x, argmaxOrder(op.x.shape.length, op.axis) as AxisOrder, noPads, 0, op)];
    case "binary":
    case "float-binary":
      if ("constant" in op.b) return [placeOf(op.a)];
      return [placeOf(op.a), readable(op.b, orderFor(op.b, op.a, orderOf), noPads, 0, op)];
    case "concat":
      return [];
    case "enter":
      return [];
    case "convert":
      if (op.y.stored === undefined) return [placeOf(op.x)];
      return [readable(op.x, orderOf(op.y), noPads, 0, op)];
    case "table":
    case "view":
    case "float-unary":
    case "exit":
      return [placeOf(op.x)];
  }
}

/** The order in which a second operand must stand: that of the first when both are images, its own when it is a gate. */
function orderFor(b: IntegerTensor, a: IntegerTensor, orderOf: (tensor: IntegerTensor) => AxisOrder): AxisOrder {
  return b.shape.length === a.shape.length ? orderOf(a) : orderOf(b);
}

/** The padding a window really reads: cells behind the last window are not touched. */
export function touchedPads(op: ConvOp | FloatConvOp | PoolOp): readonly [number, number, number, number] {
  const [top, left] = op.pads;
  if (op.x.shape.length !== 4 || (op.kind !== "pool" && op.layout === "io")) return noPads;
  if (op.kind !== "pool" && op.layout === "iohw") return transposedPads(transpositionOf(op));
  const behind = (axis: 0 | 1): number =>
    cellsBehind(op.window, op.pads[axis], [op.x.shape[2 + axis] as number, op.y.shape[2 + axis] as number], axis);
  return [top, left, behind(0), behind(1)];
}

/** A transposed convolution and the sizes of its maps. */
export function transpositionOf({ window, pads, x, y }: ConvOp | FloatConvOp): Transposition {
  const size = ({ shape }: IntegerTensor): readonly [number, number] => [shape[2] as number, shape[3] as number];
  return { window, pads, input: size(x), output: size(y) };
}

function planarSide(tensor: IntegerTensor, order: AxisOrder, wanted: AxisOrder): "from" | "to" | "neither" {
  // A matrix that stands the other way round.
  if (tensor.shape.length === 3) return "from";
  if (tensor.shape.length !== 4) return "neither";
  if (isNatural(tensor, order) && wanted.join() === preferredOrder(4).join()) return "from";
  if (isNatural(tensor, wanted) && order.join() === preferredOrder(4).join()) return "to";
  return "neither";
}

/** A transposed tensor stays where it is; a reshaped one needs its elements side by side, in the order as written. */
function viewPlace(
  op: ViewOp,
  x: Placement,
  orderOf: (tensor: IntegerTensor) => AxisOrder,
  readable: Access["readable"],
): Placement {
  if (op.perm !== undefined) return x;
  const natural = naturalOrder(op.x.shape.length);
  let source = isNatural(op.x, orderOf(op.x)) && makeRigid(x) ? x : undefined;
  if (source === undefined) {
    source = readable(op.x, natural, noPads, 0, op);
    if (!makeRigid(source)) throw new LoweringRefusal(op, "elements do not stand side by side");
  }
  const extent = extentOf(op.y, orderOf(op.y));
  return wholeOf(newBuffer(source.buffer.storage, extent, source.buffer.elementBytes, true));
}

/** Float results that leave the region are written straight into its output. */
function placeFloatOutputs(
  ops: readonly IntegerOp[],
  orderOf: (tensor: IntegerTensor) => AxisOrder,
  places: Map<IntegerTensor, Placement>,
  ownBuffer: (tensor: IntegerTensor, order: AxisOrder, output?: Value) => Buffer,
): void {
  const computed = new Set(ops.filter(({ kind }) => kind !== "view" && kind !== "enter").map(outputOf));
  for (const op of ops) {
    if (!isFloatExit(op) || places.has(op.x) || !computed.has(op.x)) continue;
    const order = orderOf(op.x);
    if (!isNatural(op.x, order)) continue;
    places.set(op.x, wholeOf(ownBuffer(op.x, order, op.to)));
  }
}

function isFloatExit(op: IntegerOp): op is ExitOp {
  return op.kind === "exit" && op.x.quantization === undefined;
}
