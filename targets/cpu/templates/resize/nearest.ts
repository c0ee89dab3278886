import type { Kernel } from "../../../../src/codegen/index.ts";
import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { edi, mem, r8, r9, r10, r11, rcx, rdi, rdx, resize, rsi } from "../../../../src/codegen/x86/index.ts";
import { nearestCells, resizeAxes } from "../../reference/resize-axis.ts";
import type { ResizeWorkload } from "../../workload.ts";
import type { Constant } from "../bytes/constants.ts";
import { paramsArgument } from "../bytes/constants.ts";
import type { Simd } from "../bytes/simd.ts";
import { emitLoadPiece, emitPieces, emitStorePiece } from "../bytes/static-run.ts";

/** The argument `params`: byte offsets of the input row of each output row, then of the input column of each column. */
export function nearestParams(workload: ResizeWorkload): Kernel["arguments"][number] {
  const { coordinates, rounding, x } = workload;
  const [rows, columns] = resizeAxes(workload).map((axis) => nearestCells(axis, coordinates, rounding)) as [
    Int32Array,
    Int32Array,
  ];
  const offsets = [...rows.map((row) => row * x.row), ...columns.map((column) => column * x.pixel)];
  return paramsArgument(offsets.length, () => offsets.map((int): Constant => ({ int })));
}

/** Emits a nearest resize: one copy a pixel. */
export function emitNearest(a: Assembler, simd: Simd, { rows, columns, channels, y }: ResizeWorkload): void {
  a.emit("mov", r8, mem(rdi));
  a.emit("mov", rcx, mem(rdi, { disp: 8 }));
  a.emit("mov", r9, mem(rdi, { disp: 16 }));
  a.emit("imul", rdi, rsi, y.row);
  a.emit("add", r9, rdi);
  a.emit("cmp", rsi, rdx);
  a.emit("jae", a.label("done"));
  a.bind("row");
  a.emit("mov", resize(r10, 32), mem(rcx, { index: rsi, scale: 4 }));
  a.emit("add", r10, r8);
  a.emit("xor", r11, r11);
  a.bind("pixel");
  a.emit("mov", edi, mem(rcx, { index: r11, scale: 4, disp: 4 * rows }));
  a.emit("add", rdi, r10);
  emitPieces(a, simd, channels, "run", (piece, at) => {
    emitLoadPiece(a, 0, piece.bytes, at(rdi));
    emitStorePiece(a, 0, piece.bytes, at(r9));
  });
  a.emit("add", r9, y.pixel);
  a.emit("inc", r11);
  a.emit("cmp", r11, columns);
  a.emit("jb", a.label("pixel"));
  a.emit("add", r9, y.row - columns * y.pixel);
  a.emit("inc", rsi);
  a.emit("cmp", rsi, rdx);
  a.emit("jb", a.label("row"));
  a.bind("done");
  a.emit("vzeroupper");
  a.emit("ret");
}
