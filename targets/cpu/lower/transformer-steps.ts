import type { Placement } from "./buffers.ts";
import { stridesOf } from "./buffers.ts";
import type { AttentionOp, ChannelsOf, IntegerTensor, NormalizationOp, ProductOp, SoftmaxOp } from "./integer-graph.ts";
import type { AxisOrder } from "./physical.ts";
import { axisStrides, factorOrder, preferredOrder } from "./physical.ts";
import { maskShape } from "./attention-mask.ts";
import { LoweringRefusal } from "./refusal.ts";
import type { LoweredStep, Operand } from "./step.ts";
import { at, named, parameters } from "./step.ts";

/** The step of an attention; inputs are q, k, v and the mask where it is a tensor. */
export function attentionStep(op: AttentionOp, inputs: readonly Placement[], y: Placement): LoweredStep {
  const [q, k, v, place] = inputs as readonly [Placement, Placement, Placement, Placement | undefined];
  const mask = maskOf(op, place);
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "attention-f32", rows: 1, columns: y.extent.columns, channels: y.extent.channels },
      ...{ keys: k.extent.columns, heads: op.heads },
      ...(mask === undefined ? {} : { mask: mask.strides }),
      q: stridesOf(q.buffer),
      k: stridesOf(k.buffer),
      v: stridesOf(v.buffer),
      y: stridesOf(y.buffer),
      out: op.y.quantization === undefined ? "f32" : "u8",
    },
    operands: {
      q: at(from(q, op.q)),
      k: at(from(k, op.k)),
      v: at(from(v, op.v)),
      y: at(y),
      ...(mask === undefined ? {} : { mask: mask.operand }),
    },
    parameters: parameters({ scale: op.scale, ...named("y", op.y.quantization) }),
    constants: {},
  };
}

/** Where the mask stands and the distances of its heads and rows. */
function maskOf(
  op: AttentionOp,
  place: Placement | undefined,
): { readonly operand: Operand; readonly strides: { readonly head: number; readonly row: number } } | undefined {
  const { mask } = op;
  if (mask === undefined) return undefined;
  if ("constant" in mask) {
    const [heads, rows, keys] = maskShape(mask.constant.constant?.shape ?? []);
    const strides = { head: heads === 1 ? 0 : rows * keys, row: rows === 1 ? 0 : keys };
    return { operand: { kind: "constant", value: mask.constant }, strides };
  }
  if (place === undefined) throw new Error("a mask has no place");
  const { row, pixel } = stridesOf(place.buffer);
  if (pixel !== 1) throw new LoweringRefusal(op, "a mask whose keys do not stand side by side");
  return { operand: at(place), strides: { head: 0, row: place.extent.rows === 1 ? 0 : row } };
}

function from(place: Placement, { first }: ChannelsOf): Placement {
  return { ...place, channel: place.channel + first };
}

/** The step of a LayerNormalization. */
export function normalizationStep(
  op: NormalizationOp,
  x: Placement,
  residual: Placement | undefined,
  y: Placement,
): LoweredStep {
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "normalization-f32", ...y.extent, beta: op.beta !== undefined },
      x: stridesOf(x.buffer),
      ...(residual === undefined ? {} : { residual: stridesOf(residual.buffer) }),
      y: stridesOf(y.buffer),
    },
    operands: { x: at(x), y: at(y), ...(residual === undefined ? {} : { residual: at(residual) }) },
    parameters: parameters({ epsilon: op.epsilon }),
    constants: { gamma: op.gamma, ...(op.beta === undefined ? {} : { beta: op.beta }) },
  };
}

/** The step of a product of computed matrices: one pair, or one a head. */
export function productStep(
  op: ProductOp,
  a: Placement,
  b: Placement,
  y: Placement,
  orders: ReadonlyMap<IntegerTensor, AxisOrder>,
): LoweredStep {
  const { shape } = op.y;
  const rank = shape.length;
  const orderOf = (tensor: IntegerTensor): AxisOrder => orders.get(tensor) ?? preferredOrder(rank);
  const strides = (tensor: IntegerTensor, place: Placement, order: AxisOrder): readonly [number, number, number] => {
    const of = axisStrides(tensor, order, stridesOf(place.buffer));
    return [rank === 4 ? of(1) : 0, of(rank - 2), of(rank - 1)];
  };
  const left = strides(op.a, a, factorOrder(op.a, orderOf(op.a), 1));
  const right = strides(op.b, b, factorOrder(op.b, orderOf(op.b), 2));
  const result = strides(op.y, y, orderOf(op.y));
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "product-u8u8", matrices: rank === 4 ? (shape[1] as number) : 1 },
      rows: shape[rank - 2] as number,
      columns: shape[rank - 1] as number,
      channels: op.a.shape[rank - 1] as number,
      a: { matrix: left[0], row: left[1] },
      b: { matrix: right[0], channel: right[1], column: right[2] },
      y: { matrix: result[0], row: result[1] },
      out: op.y.quantization === undefined ? "f32" : "u8",
    },
    operands: { a: at(a), b: at(b), y: at(y) },
    parameters: parameters({
      ...named("a", op.a.quantization),
      ...named("b", op.b.quantization),
      ...named("y", op.y.quantization),
      lo: op.bounds[0],
      hi: op.bounds[1],
    }),
    constants: {},
  };
}

/** The step of a softmax. */
export function softmaxStep(op: SoftmaxOp, x: Placement, y: Placement): LoweredStep {
  const type = (tensor: IntegerTensor): "f32" | "u8" => (tensor.quantization === undefined ? "f32" : "u8");
  const result = op.y.quantization;
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "softmax-f32", ...y.extent, from: type(op.x), out: type(op.y) },
      x: stridesOf(x.buffer),
      y: stridesOf(y.buffer),
    },
    operands: { x: at(x), y: at(y) },
    parameters: parameters({
      scale: op.scale,
      ...(result === undefined ? {} : { inverse: op.inverse ?? 1 / result.scale, yZero: result.zero }),
    }),
    constants: {},
  };
}
