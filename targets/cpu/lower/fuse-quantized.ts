import { isBounded, isPlain } from "./float-function.ts";
import type { ConvertOp, FloatBinaryOp, FloatUnaryOp, ResizeOp } from "./integer-graph.ts";
import type { Merge, Surroundings } from "./fuse-float.ts";
import { isLastInMemory } from "./fuse-float.ts";

/** Below this scale a quantized result would show the error of the approximated function by more than a step. */
const LEAST_SCALE = 1e-4;

/** A GELU behind a product of quantized operands becomes part of its epilogue. */
export function geluBehind(op: FloatUnaryOp, around: Surroundings): Merge | undefined {
  const before = around.producer(op.x);
  const { activation } = op.fn;
  if (activation !== "gelu" && activation !== "gelu-tanh") return undefined;
  if (before?.kind !== "conv" || !around.hasOneReader(op.x)) return undefined;
  if (isBounded(op.fn)) return undefined;
  if (before.groups !== 1 || before.activation !== undefined || before.y.quantization !== undefined) return undefined;
  const nodes = [...before.nodes, ...op.nodes];
  return { gone: before, merged: { ...before, nodes, y: op.y, activation } };
}

/** Quantization behind an op that can write uint8 itself. */
export function quantizedResult(op: ConvertOp, around: Surroundings): Merge | undefined {
  const before = around.producer(op.x);
  if (op.y.quantization === undefined || before === undefined || !around.hasOneReader(op.x)) return undefined;
  const nodes = [...before.nodes, ...op.nodes];
  if (before.kind === "attention" || (before.kind === "softmax" && before.y.quantization === undefined))
    return { gone: before, merged: { ...before, nodes, y: op.y } };
  if (before.kind === "conv" && before.activation === undefined)
    return { gone: before, merged: { ...before, nodes, y: op.y, divides: true } };
  if (before.kind === "conv" && op.y.quantization.scale >= LEAST_SCALE)
    return { gone: before, merged: { ...before, nodes, y: op.y } };
  return before.kind === "resize" ? resizedBytes(before, op, around) : undefined;
}

/** A linear resize between a dequantizer and a quantizer: from bytes to bytes. */
function resizedBytes(resize: ResizeOp, { nodes, y }: ConvertOp, around: Surroundings): Merge | undefined {
  const dequantized = around.producer(resize.x);
  if (resize.mode !== "linear" || dequantized?.kind !== "convert" || dequantized.x.quantization === undefined)
    return undefined;
  const all = [...dequantized.nodes, ...resize.nodes, ...nodes];
  return { gone: resize, merged: { ...resize, nodes: all, x: dequantized.x, y } };
}

/** A float32 vector added to a product of quantized operands: its shift. */
export function shiftBehind(op: FloatBinaryOp, around: Surroundings): Merge | undefined {
  const before = around.producer(op.a);
  if (op.mode !== "add" || !("constant" in op.b) || !isPlain(op.fn)) return undefined;
  if (before?.kind !== "conv" || !around.hasOneReader(op.a)) return undefined;
  if (before.y.quantization !== undefined || before.activation !== undefined || before.shift !== undefined)
    return undefined;
  const [count, ...others] = op.b.constant.constant?.shape.toReversed() ?? [];
  const isVector = count === before.outputs && others.every((size) => size === 1) && isLastInMemory(before);
  if (!isVector) return undefined;
  const nodes = [...before.nodes, ...op.nodes];
  return { gone: before, merged: { ...before, nodes, y: op.y, shift: op.b.constant } };
}
