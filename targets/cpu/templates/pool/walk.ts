import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import {
  mem,
  r10,
  r11,
  r12,
  r13,
  r14,
  r8,
  r9,
  rax,
  rbp,
  rbx,
  rcx,
  rdi,
  rdx,
  rsi,
  xmm,
  ymm,
  zmm,
} from "../../../../src/codegen/x86/index.ts";
import type { PoolWorkload } from "../../workload.ts";
import type { Simd } from "../bytes/simd.ts";
import type { Piece } from "../bytes/static-run.ts";
import { emitLoadPiece, piecesOf } from "../bytes/static-run.ts";
import { emitArgumentRegisters, emitFrame } from "../kernel-frame.ts";

/** Pointers and counters of a pool's loops. `x` and `y`: the window and the output of the current channels. */
export const poolRegisters = {
  ...{ params: rdi, row: rsi, rowEnd: rdx, xRow: r8, yRow: r9, x: r10, y: r11 },
  ...{ block: rax, column: rcx, tap: rbx, tapRow: r12, tapColumn: rbp, counts: r13, scratch: r14 },
} as const;

const savedRegisters = [rbx, rbp, r12, r13, r14];

/** Emits what comes before and after the loops of a pool: `roles` are the names of its arguments in their order. */
export function emitPoolFrame(a: Assembler, roles: readonly string[], body: () => void): void {
  const { params, row, rowEnd, xRow, yRow } = poolRegisters;
  emitFrame(a, { saved: savedRegisters }, () => {
    emitArgumentRegisters(a, roles, { x: xRow, y: yRow, params });
    a.emit("cmp", row, rowEnd);
    a.emit("jae", a.label("done"));
    body();
    a.bind("done");
  });
}

/** Emits `body` for every row of the range. */
export function emitPoolRows(a: Assembler, { window, x, y }: PoolWorkload, body: () => void): void {
  const { row, rowEnd, xRow, yRow, scratch } = poolRegisters;
  for (const [pointer, stride] of [
    [xRow, window.stride[0] * x.row],
    [yRow, y.row],
  ] as const) {
    a.emit("imul", scratch, row, stride);
    a.emit("add", pointer, scratch);
  }
  a.bind("row");
  body();
  a.emit("add", xRow, window.stride[0] * x.row);
  a.emit("add", yRow, y.row);
  a.emit("add", row, 1);
  a.emit("cmp", row, rowEnd);
  a.emit("jb", a.label("row"));
}

/** Emits `body` for all channels of a row: a loop over whole registers of bytes, then pieces of the rest. */
export function emitChannelPieces(
  a: Assembler,
  simd: Simd,
  channels: number,
  body: (bytes: Piece["bytes"], label: string) => void,
): void {
  const { block, x, y, xRow, yRow } = poolRegisters;
  const width = (4 * simd.lanes) as Piece["bytes"];
  const whole = Math.floor(channels / width);
  if (whole > 0) {
    a.emit("xor", block, block);
    a.bind("block");
    a.emit("lea", x, mem(xRow, { index: block }));
    a.emit("lea", y, mem(yRow, { index: block }));
    body(width, "whole");
    a.emit("add", block, width);
    a.emit("cmp", block, whole * width);
    a.emit("jb", a.label("block"));
  }
  for (const { from, bytes } of piecesOf(simd, channels).filter((piece) => piece.from + piece.bytes > whole * width)) {
    a.emit("lea", x, mem(xRow, { disp: from }));
    a.emit("lea", y, mem(yRow, { disp: from }));
    body(bytes, `rest${from}`);
  }
}

/** Vector register n as wide as a piece, at least 128 bits. */
export function pieceVector(n: number, bytes: Piece["bytes"]): Register {
  if (bytes === 64) return zmm(n);
  return bytes === 32 ? ymm(n) : xmm(n);
}

/** Emits 0 into a register of any width. */
export function emitZero(a: Assembler, register: Register): void {
  a.emit("vxorps", register, register, register);
}

/** Emits the load of a piece into register n. */
export function emitPieceLoad(a: Assembler, n: number, bytes: Piece["bytes"], from: Memory): void {
  if (bytes < 4) emitZero(a, xmm(n));
  emitLoadPiece(a, n, bytes, from);
}

/** Emits a loop of `count` turns over `body`, or its only turn. */
export function emitTurns(a: Assembler, counter: Register, count: number, label: string, body: () => void): void {
  if (count > 1) {
    a.emit("mov", counter, count);
    a.bind(label);
  }
  body();
  if (count === 1) return;
  a.emit("sub", counter, 1);
  a.emit("jnz", a.label(label));
}

/** Emits `tap` for every cell of the window at `x`, row by row; its address is the register `tap`. */
export function emitWindow(a: Assembler, { window, x }: PoolWorkload, label: string, tap: (at: Memory) => void): void {
  const { kernel, dilation } = window;
  const step = dilation[1] * x.pixel;
  a.emit("mov", poolRegisters.tap, poolRegisters.x);
  emitTurns(a, poolRegisters.tapRow, kernel[0], `${label}.tapRow`, () => {
    emitTurns(a, poolRegisters.tapColumn, kernel[1], `${label}.tapColumn`, () => {
      tap(mem(poolRegisters.tap));
      a.emit("add", poolRegisters.tap, step);
    });
    if (kernel[0] > 1) a.emit("add", poolRegisters.tap, dilation[0] * x.row - kernel[1] * step);
  });
}
