import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { Node, Value } from "../../../src/ir/index.ts";
import { sizeOf } from "../../../src/ir/index.ts";
import type { FloatWorkload } from "../float-workload.ts";
import type { TransformerWorkload } from "../transformer-workload.ts";
import type { CpuWorkload, Strides } from "../workload.ts";
import type { Placement, Storage } from "./buffers.ts";
import { offsetOf, stridesOf } from "./buffers.ts";
import type { BinaryOp, FloatBinaryOp, Quantization } from "./integer-graph.ts";
import type { AxisOrder } from "./physical.ts";
import { LoweringRefusal } from "./refusal.ts";

/** What an argument of a step points to: memory of the region, a value that crosses its border, or a constant. */
export type Operand =
  | { readonly kind: "storage"; readonly storage: Storage; readonly offset: number }
  | { readonly kind: "border"; readonly value: Value }
  | { readonly kind: "constant"; readonly value: Value };

/** One call of a kernel that is not chosen yet. */
export interface LoweredStep {
  readonly name: string;
  readonly workload: CpuWorkload | FloatWorkload | TransformerWorkload;
  /** By argument of the workload; arguments that are packed from constants are not among them. */
  readonly operands: Readonly<Record<string, Operand>>;
  readonly parameters: KernelParameters;
  /** Constants of the graph by the role that packs name. */
  readonly constants: Readonly<Record<string, Value>>;
  /** Nodes of the graph the step stands for. */
  readonly nodes: readonly Node[];
}

const noTables: KernelParameters["tables"] = {};

/** Parameters of a step from its numbers and its table. */
export function parameters(numbers: Readonly<Record<string, number>>, table?: Uint8Array): KernelParameters {
  return { numbers, tables: table === undefined ? noTables : { table } };
}

/** `prefixScale` and `prefixZero`. */
export function named(prefix: string, quantization: Quantization | undefined): Readonly<Record<string, number>> {
  if (quantization === undefined) return {};
  return { [`${prefix}Scale`]: quantization.scale, [`${prefix}Zero`]: quantization.zero };
}

/** Element (y, x, 0) of a placement. */
export function at(place: Placement, y = 0, x = 0): Operand {
  return { kind: "storage", storage: place.buffer.storage, offset: offsetOf(place, y, x) };
}

/** The second operand of an elementwise op. */
export interface SecondOperand {
  readonly shape: Strides | "channel" | "scalar";
  readonly operand: Operand;
}

/** A tensor as second operand: of the same shape, one value a channel, or one value. */
export function tensorOperand(op: BinaryOp | FloatBinaryOp, a: Placement, b: Placement): SecondOperand {
  const operand = at(b);
  const { rows, columns, channels } = b.extent;
  if (rows === a.extent.rows && columns === a.extent.columns && channels === a.extent.channels)
    return { shape: stridesOf(b.buffer), operand };
  if (rows === 1 && columns === 1 && channels === 1) return { shape: "scalar", operand };
  if (rows === 1 && columns === 1 && channels === a.extent.channels) return { shape: "channel", operand };
  throw new LoweringRefusal(op, "broadcasting along rows or columns");
}

/** A constant operand: one value, or one a channel; `order` is that of the first operand's axes in memory. */
export function constantOperand(op: BinaryOp | FloatBinaryOp, a: Placement, order: AxisOrder): SecondOperand {
  if (!("constant" in op.b)) throw new Error("the operand is no constant");
  const value = op.b.constant;
  const shape = value.constant?.shape ?? [];
  const count = sizeOf(shape);
  if (count === 1) return { shape: "scalar", operand: { kind: "constant", value } };
  const aligned = shape[(order.at(-1) ?? 0) - op.a.shape.length + shape.length];
  if (count === a.extent.channels && aligned === count)
    return { shape: "channel", operand: { kind: "constant", value } };
  throw new LoweringRefusal(op, "a constant operand that is neither one value nor one a channel");
}
