import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { ebx, edi, mem, r11 } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "../bytes/simd.ts";

/** Numbers of the vector registers that hold weights: of the four cells, and of the two rows. */
export interface CellWeights {
  readonly topNear: number;
  readonly topFar: number;
  readonly bottomNear: number;
  readonly bottomFar: number;
  readonly top: number;
  readonly bottom: number;
}

/** The weights of the four cells of the column at r11, from those of the rows; in rdi and rbx where its cells stand in a row. */
export function emitCellWeights(a: Assembler, simd: Simd, weights: CellWeights): void {
  const { topNear, topFar, bottomNear, bottomFar, top, bottom } = weights;
  const v = simd.vector;
  a.emit("mov", edi, mem(r11));
  a.emit("mov", ebx, mem(r11, { disp: 4 }));
  a.emit("vbroadcastss", v(topNear), mem(r11, { disp: 8 }));
  a.emit("vbroadcastss", v(topFar), mem(r11, { disp: 12 }));
  a.emit("vmulps", v(bottomNear), v(topNear), v(bottom));
  a.emit("vmulps", v(bottomFar), v(topFar), v(bottom));
  a.emit("vmulps", v(topNear), v(topNear), v(top));
  a.emit("vmulps", v(topFar), v(topFar), v(top));
}
