import { isBounded } from "./float-function.ts";
import type { ConvertOp, FloatUnaryOp, ResizeOp } from "./integer-graph.ts";
import type { Merge, Surroundings } from "./fuse-float.ts";

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
  if (before.kind === "conv" && before.activation !== undefined && op.y.quantization.scale >= LEAST_SCALE)
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
