import type { OperatorPolicy } from "./dialect.ts";
import { x86Operators } from "./x86-operators.ts";

/**
 * TensorRT fuses everything else by itself when the inputs of the multiplying operators and of residual Adds carry
 * Q/DQ ("Working with Quantized Types" of its developer guide); known from documents, not run here.
 */
export const tensorrtOperators: Readonly<Record<string, OperatorPolicy>> = Object.fromEntries(
  ["Conv", "Gemm", "MatMul", "Add"].map((name) => [name, x86Operators[name] as OperatorPolicy]),
);
