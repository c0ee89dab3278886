import { sizeOf } from "../../../src/ir/index.ts";
import type { ConvertOp, FloatConvOp, IntegerOp, IntegerTensor } from "./integer-graph.ts";
import { inputsOf, outputOf } from "./integer-graph.ts";
import { extentOf, sumOrder } from "./physical.ts";

/** Multiply-accumulates below which a product stays in float32: it saves less than one more step costs. */
const leastWork = 500_000;

/**
 * Lets convolutions and matrix products multiply bfloat16. Results that nothing but such products reads, as inputs or
 * residuals, are stored so; anything else they read is narrowed once. The order stays topological.
 */
export function storeAsBf16(ops: readonly IntegerOp[]): readonly IntegerOp[] {
  const narrow = narrowTensors(ops);
  const converted = new Set<IntegerTensor>();
  return ops.flatMap((op): readonly IntegerOp[] => {
    if (op.kind !== "float-conv") return [op];
    const stored = (tensor: IntegerTensor): IntegerTensor => narrow.stored.get(tensor) ?? tensor;
    const { residual } = op;
    const x = multipliesPairs(op) ? (narrow.copies.get(op.x) ?? stored(op.x)) : op.x;
    const isNew = x !== op.x && narrow.copies.get(op.x) === x && !converted.has(x);
    if (isNew) converted.add(x);
    const convert: ConvertOp = { kind: "convert", name: x.name, nodes: [], x: op.x, y: x };
    const merged: FloatConvOp = {
      ...op,
      ...{ x, y: stored(op.y) },
      residual: residual === undefined ? undefined : { ...residual, tensor: stored(residual.tensor) },
    };
    return isNew ? [convert, merged] : [merged];
  });
}

/** Whether a product is worth its narrow inputs, and has them in pairs. */
function multipliesPairs({ groups, layout, x, y, window }: FloatConvOp): boolean {
  const { channels } = extentOf(x, sumOrder({ layout, x }));
  const [kh, kw] = window.kernel;
  return groups === 1 && layout !== "iohw" && channels % 2 === 0 && sizeOf(y.shape) * channels * kh * kw >= leastWork;
}

interface NarrowTensors {
  /** Tensors that are written as bfloat16, by what they were. */
  readonly stored: ReadonlyMap<IntegerTensor, IntegerTensor>;
  /** Narrowed copies, by what they are copies of. */
  readonly copies: ReadonlyMap<IntegerTensor, IntegerTensor>;
}

function narrowTensors(ops: readonly IntegerOp[]): NarrowTensors {
  const others = new Set<IntegerTensor>();
  const wanted = new Set<IntegerTensor>();
  // No kernel moves bfloat16 between layouts: all that touch such a tensor have it in one order.
  const orders = new Map<IntegerTensor, string>();
  const agrees = (tensor: IntegerTensor, op: FloatConvOp): boolean => {
    const order = sumOrder(op).join();
    const known = orders.get(tensor) ?? order;
    orders.set(tensor, known);
    return known === order;
  };
  const torn = new Set<IntegerTensor>();
  for (const op of ops)
    if (op.kind !== "float-conv" || !multipliesPairs(op)) for (const tensor of inputsOf(op)) others.add(tensor);
    else if (agrees(op.x, op)) wanted.add(op.x);
    else torn.add(op.x);
  for (const tensor of torn) {
    wanted.delete(tensor);
    others.add(tensor);
  }
  for (const op of ops)
    if (op.kind === "float-conv")
      for (const tensor of [op.y, ...(op.residual === undefined ? [] : [op.residual.tensor])])
        if (!agrees(tensor, op)) others.add(tensor);
  const stored = new Map<IntegerTensor, IntegerTensor>();
  const copies = new Map<IntegerTensor, IntegerTensor>();
  for (const op of ops) {
    const y = outputOf(op);
    if (y === undefined || op.kind !== "float-conv" || others.has(y)) continue;
    stored.set(y, { ...y, stored: "bf16" });
  }
  for (const tensor of wanted)
    if (!stored.has(tensor)) copies.set(tensor, { ...tensor, name: `${tensor.name} bf16`, stored: "bf16" });
  return { stored, copies };
}
