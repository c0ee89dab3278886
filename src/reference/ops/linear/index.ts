import type { ReferenceOp } from "../../types.ts";
import { einsum } from "./einsum.ts";
import { flexAttention } from "./flex-attention.ts";
import { gemm } from "./gemm.ts";
import { matMul } from "./mat-mul.ts";
import { matMulInteger } from "./mat-mul-integer.ts";
import { qLinearMatMul } from "./q-linear-mat-mul.ts";

/** Matrix products and what is built from them alone. */
export const linearOps: readonly ReferenceOp[] = [matMul, gemm, einsum, matMulInteger, qLinearMatMul, flexAttention];
