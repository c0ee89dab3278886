import type { Assembler } from "../../../../../src/codegen/x86/index.ts";
import { edi, k, mem, r10, r11, rdi } from "../../../../../src/codegen/x86/index.ts";
import type { FloatResizeWorkload } from "../../../float-workload.ts";
import type { Simd } from "../../bytes/simd.ts";
import { emitLaneMask, emitStore } from "../vectors.ts";
import { emitExpanded, firstOfBody } from "./emit-expanded.ts";

/** Number of the mask without opmasks. */
const vectorMask = 15;

/** Emits a linear resize to channels one after the other, as ONNX has them. */
export function emitPlanarLinear(simd: Simd, workload: FloatResizeWorkload): Assembler {
  const { rows, columns, channels } = workload;
  const planeBytes = 4 * rows * columns;
  const value = simd.vector(firstOfBody);
  const mask = simd.name === "avx512" ? k(1) : simd.vector(vectorMask);
  const isNarrow = columns < simd.lanes;
  return emitExpanded(simd, workload, {
    rowBytes: 4 * columns,
    prepare: (a) => {
      if (isNarrow) emitLaneMask(a, simd, mask, columns);
    },
    begin: (a) => {
      a.emit("mov", edi, mem(r11));
      a.emit("add", r10, rdi);
      return value;
    },
    value,
    channel: (a) => {
      emitStore(a, simd, mem(r10), value, isNarrow ? mask : undefined);
      a.emit("add", r10, planeBytes);
    },
    end: (a) => {
      a.emit("mov", edi, mem(r11));
      a.emit("add", rdi, channels * planeBytes);
      a.emit("sub", r10, rdi);
    },
  });
}
