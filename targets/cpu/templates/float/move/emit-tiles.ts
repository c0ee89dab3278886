import type { Assembler, Register } from "../../../../../src/codegen/x86/index.ts";
import { k, mem, r10, r11, r12, r8, r9, rax, rcx, rdi, rdx, rsi } from "../../../../../src/codegen/x86/index.ts";
import type { Simd } from "../../bytes/simd.ts";
import { emitFrame } from "../../kernel-frame.ts";
import { emitAdvance, emitLaneMask, emitLoad, emitStore } from "../vectors.ts";
import type { FloatMovePlan } from "./plan.ts";
import { emitTranspose } from "./transpose.ts";

/** Masks of the pixels and the channels that do not fill a vector. */
const masks = { pixels: k(1), channels: k(2) };

/** A square of pixels and channels: full or what is left. */
interface Square {
  readonly pixels: number;
  readonly channels: number;
}

/**
 * Emits a move between a planar and a channels-last tensor as transposes of squares, with the loops over rows (range in
 * rsi, rdx), pixels (rcx) and channels (rax). Uses r8 to r12.
 */
export function emitTiles(a: Assembler, simd: Simd, plan: FloatMovePlan): void {
  const { lanes } = simd;
  const { pixels, channels, planar, strided } = plan;
  const rest = { pixels: pixels % lanes, channels: channels % lanes };
  if (simd.name === "avx512") {
    if (rest.pixels > 0) emitLaneMask(a, simd, masks.pixels, rest.pixels);
    if (rest.channels > 0) emitLaneMask(a, simd, masks.channels, rest.channels);
  }
  emitFrame(a, { saved: [r12] }, () => {
    for (const [register, argument, row] of [
      [r8, planar.argument, planar.row],
      [r9, strided.argument, strided.row],
    ] as const) {
      a.emit("imul", register, rsi, row);
      a.emit("add", register, mem(rdi, { disp: 8 * argument }));
    }
    a.bind("row");
    a.emit("mov", r10, r8);
    a.emit("mov", r11, r9);
    const columnsOf = (count: number): void => {
      const squares = Math.floor(channels / lanes);
      repeated(a, rax, squares, "channels", () => {
        emitSquare(a, simd, plan, { pixels: count, channels: lanes });
        a.emit("add", r10, lanes * planar.plane);
        a.emit("add", r11, 4 * lanes);
      });
      if (rest.channels > 0) emitSquare(a, simd, plan, { pixels: count, channels: rest.channels });
      a.emit("add", r10, 4 * count - squares * lanes * planar.plane);
      emitAdvance(a, r11, count * strided.pixel - squares * 4 * lanes);
    };
    repeated(a, rcx, Math.floor(pixels / lanes), "pixels", () => columnsOf(lanes));
    if (rest.pixels > 0) columnsOf(rest.pixels);
    a.emit("add", r8, planar.row);
    a.emit("add", r9, strided.row);
    a.emit("add", rsi, 1);
    a.emit("cmp", rsi, rdx);
    a.emit("jb", a.label("row"));
  });
}

function repeated(a: Assembler, counter: Register, count: number, name: string, body: () => void): void {
  if (count === 0) return;
  const top = a.freshLabel(name);
  if (count > 1) a.emit("mov", counter, count);
  a.bind(top);
  body();
  if (count === 1) return;
  a.emit("sub", counter, 1);
  a.emit("jnz", top);
}

/** Moves a square from r10 to r11, or back where the channels-last side is read. */
function emitSquare(a: Assembler, simd: Simd, plan: FloatMovePlan, square: Square): void {
  const { lanes } = simd;
  const channelRows = { pointer: r10, stride: plan.planar.plane, rows: square.channels, elements: square.pixels };
  const pixelRows = { pointer: r11, stride: plan.strided.pixel, rows: square.pixels, elements: square.channels };
  const [from, to] = plan.toPlanar ? [pixelRows, channelRows] : [channelRows, pixelRows];
  const mask = (elements: number, side: typeof from): Register | undefined => {
    if (elements === lanes) return undefined;
    if (simd.name === "avx512") return side === channelRows ? masks.pixels : masks.channels;
    // Vectors are loaded into the first registers and come out in the others.
    const register = simd.vector(side === from ? 2 * lanes - 1 : 0);
    emitLaneMask(a, simd, register, elements, r12);
    return register;
  };
  const loadMask = mask(from.elements, from);
  for (let row = 0; row < from.rows; row++)
    emitLoad(a, simd, simd.vector(row), mem(from.pointer, { disp: row * from.stride }), loadMask);
  const results = emitTranspose(a, simd);
  const storeMask = mask(to.elements, to);
  for (let row = 0; row < to.rows; row++)
    emitStore(a, simd, mem(to.pointer, { disp: row * to.stride }), results[row] as Register, storeMask);
}
