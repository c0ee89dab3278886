import { zmm } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "../bytes/simd.ts";

/** The extension that Winograd kernels of int16 are written for. */
export const simd: Simd = { name: "avx512", lanes: 16, vbmi: false, vector: zmm };
