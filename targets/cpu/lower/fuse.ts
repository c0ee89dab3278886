import { sameShape, sizeOf } from "../../../src/ir/index.ts";
import { combination } from "../reference/binary.ts";
import type { BinaryOp, ConvOp, IntegerOp, IntegerTensor, TableOp } from "./integer-graph.ts";
import type { Merge, Surroundings } from "./fuse-float.ts";
import { fuseBinary, fuseUnary, isLastInMemory } from "./fuse-float.ts";
import { geluBehind, quantizedResult, shiftBehind } from "./fuse-quantized.ts";
import { resizeBefore } from "./match-argmax.ts";
import { inputsOf, outputOf } from "./integer-graph.ts";
import { sumBefore } from "./match-normalization.ts";

/**
 * Merges ops that one kernel computes: tables of tables, products of a tensor with a table of itself, tables and
 * residual additions and multiplications behind convolutions. The order stays topological. Results stay the same bit for bit.
 */
export function fuseIntegerOps(ops: readonly IntegerOp[]): readonly IntegerOp[] {
  let current = [...ops];
  for (;;) {
    const next = fuseOnce(current);
    if (next === undefined) return current;
    current = next;
  }
}

function fuseOnce(ops: readonly IntegerOp[]): IntegerOp[] | undefined {
  const producers = new Map<IntegerTensor, IntegerOp>();
  const positions = new Map<IntegerTensor, number>();
  const readers = new Map<IntegerTensor, number>();
  for (const [index, op] of ops.entries()) {
    const y = outputOf(op);
    if (y !== undefined) {
      producers.set(y, op);
      positions.set(y, index);
    }
    for (const x of new Set(inputsOf(op))) readers.set(x, (readers.get(x) ?? 0) + 1);
  }
  const around: Surroundings = {
    producer: (tensor) => producers.get(tensor),
    hasOneReader: (tensor) => readers.get(tensor) === 1,
    position: (tensor) => positions.get(tensor) ?? -1,
  };
  for (const op of ops) {
    const merge = mergeInto(op, around);
    if (merge === undefined) continue;
    return ops.filter((other) => other !== merge.gone).map((other) => (other === op ? merge.merged : other));
  }
  return undefined;
}

/** What an op merges with, if anything. */
function mergeInto(op: IntegerOp, around: Surroundings): Merge | undefined {
  switch (op.kind) {
    case "table":
      return fuseTable(op, around);
    case "binary":
      return op.table === undefined ? (timesOwnTable(op, around) ?? residualBehind(op, around)) : undefined;
    case "float-unary":
      return fuseUnary(op, around) ?? geluBehind(op, around);
    case "normalization":
      return sumBefore(op, around);
    case "convert":
      return quantizedResult(op, around);
    case "float-binary":
      return fuseBinary(op, around) ?? shiftBehind(op, around);
    case "argmax":
      return resizeBefore(op, around);
    default:
      return undefined;
  }
}

function fuseTable(op: TableOp, around: Surroundings): Merge | undefined {
  const before = around.producer(op.x);
  const merged = before === undefined || !around.hasOneReader(op.x) ? undefined : tableBehind(before, op);
  return before === undefined || merged === undefined ? undefined : { gone: before, merged };
}

/** The op with the table applied to its result, or undefined when its kernel cannot do that. */
function tableBehind(op: IntegerOp, table: TableOp): IntegerOp | undefined {
  const nodes = [...op.nodes, ...table.nodes];
  switch (op.kind) {
    case "table":
      return { ...op, nodes, y: table.y, table: compose(op.table, table.table) };
    case "conv":
      if (op.residual !== undefined || op.sum === undefined) return undefined;
      return {
        ...op,
        nodes,
        y: table.y,
        table: op.table === undefined ? table.table : compose(op.table, table.table),
        tableQuantization: table.y.quantization,
      };
    case "binary":
      return {
        ...{ ...op, nodes, y: table.y, sum: op.sum ?? op.y.quantization },
        table: op.table === undefined ? table.table : compose(op.table, table.table),
      };
    default:
      return undefined;
  }
}

function compose(first: Uint8Array, second: Uint8Array): Uint8Array {
  return first.map((byte) => second[byte] as number);
}

/** x times (or plus) a table of x, as one table of x. */
function timesOwnTable(op: BinaryOp, around: Surroundings): Merge | undefined {
  if ("constant" in op.b) return undefined;
  for (const [x, other, swapped] of [
    [op.a, op.b, false],
    [op.b, op.a, true],
  ] as const) {
    const inner = around.producer(other);
    const [own, looked, result] = [x.quantization, other.quantization, op.y.quantization];
    if (
      inner?.kind !== "table" ||
      inner.x !== x ||
      !around.hasOneReader(other) ||
      own === undefined ||
      looked === undefined ||
      result === undefined
    )
      continue;
    const [low, high] = op.bounds;
    const combine = combination(op.mode, { a: swapped ? looked : own, b: swapped ? own : looked, y: result });
    const table = Uint8Array.from({ length: 256 }, (_, byte) => {
      const value = inner.table[byte] as number;
      return Math.min(Math.max(swapped ? combine(value, byte) : combine(byte, value), low), high);
    });
    return {
      gone: inner,
      merged: { kind: "table", name: op.name, nodes: [...inner.nodes, ...op.nodes], x, y: op.y, table },
    };
  }
  return undefined;
}

/** Products of fewer terms are not worth a factor: its own kernel does less for each value. */
const LEAST_TERMS = 64;

/**
 * A convolution whose only reader adds something to it that is there before, or multiplies both: the later of two such
 * branches.
 */
function residualBehind(op: BinaryOp, around: Surroundings): Merge | undefined {
  if (op.a === op.b) return undefined;
  const sides =
    "constant" in op.b ? [[op.a, op.b] as const] : ([[op.a, op.b] as const, [op.b, op.a] as const] as const);
  const found = sides
    .map(([own, tensor]) => ({ own, tensor, branch: around.producer(own) }))
    .filter(
      (side): side is typeof side & { readonly branch: ConvOp } =>
        side.branch?.kind === "conv" &&
        side.branch.residual === undefined &&
        side.branch.sum !== undefined &&
        around.hasOneReader(side.own) &&
        sameShape(side.own.shape, op.y.shape) &&
        takesResidual(side.branch, op.mode, side.tensor),
    )
    .sort((a, b) => around.position(b.own) - around.position(a.own))[0];
  const own = found?.own.quantization;
  if (found === undefined || own === undefined) return undefined;
  const { branch, tensor } = found;
  return {
    gone: branch,
    merged: {
      ...branch,
      nodes: [...branch.nodes, ...op.nodes],
      y: op.y,
      residual: { mode: op.mode, tensor, first: tensor === op.a, own, bounds: op.bounds },
    },
  };
}

/** Whether the epilogue of a convolution can combine its results with a tensor, and is the better place for it. */
function takesResidual(branch: ConvOp, mode: BinaryOp["mode"], tensor: BinaryOp["b"]): boolean {
  const { y, layout, weights, outputs } = branch;
  const terms = sizeOf(weights.constant?.shape ?? []) / outputs;
  if ("constant" in tensor) {
    const [count, ...others] = tensor.constant.constant?.shape.toReversed() ?? [];
    return isLastInMemory(branch) && count === outputs && others.every((size) => size === 1) && terms >= LEAST_TERMS;
  }
  if (mode === "add") return sameShape(tensor.shape, y.shape);
  if (terms < LEAST_TERMS) return false;
  // A gate: one value a channel. Phases of a transposed convolution write pixels of their own.
  const channels = isLastInMemory(branch) ? y.shape.length - 1 : 1;
  const gate = y.shape.map((size, axis) => (axis === channels ? size : 1));
  return sameShape(tensor.shape, y.shape) || (layout !== "iohw" && sameShape(tensor.shape, gate));
}
