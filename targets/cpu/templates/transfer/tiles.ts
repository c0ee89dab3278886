import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { mem, r8, r9, r10, r11, rax, rcx, rdi, rdx, rsi } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "../bytes/simd.ts";
import type { TransferPlan } from "./plan.ts";

/** Channels of a tile: bytes of a 128-bit lane. */
const tileChannels = 16;

/** A transposing kernel: one side planar, the other uint8 channels-last. */
export interface Tiles {
  readonly plan: TransferPlan;
  readonly planar: { readonly argument: number; readonly elementBytes: 1 | 4 };
  readonly strided: { readonly argument: number; readonly row: number; readonly pixel: number };
  /**
   * Emitted for each size of tile: r10 points to the first pixel of the first plane, r11 to the first channel of the first
   * pixel. `pixels` is the number of lanes, or fewer: the rest of a row with AVX-512, 1 with AVX2.
   */
  tile(channels: number, pixels: number): void;
}

/** Emits the loops over rows, blocks of channels and columns, up to the return. Uses rax, rcx, rsi, rdx, r8 to r11. */
export function emitTiles(a: Assembler, simd: Simd, tiles: Tiles): void {
  const { plan, planar, strided } = tiles;
  const planarRow = plan.columns * planar.elementBytes;
  a.emit("mov", r8, mem(rdi, { disp: 8 * planar.argument }));
  a.emit("mov", r9, mem(rdi, { disp: 8 * strided.argument }));
  for (const [pointer, bytes] of [
    [r8, planarRow],
    [r9, strided.row],
  ] as const) {
    a.emit("imul", rax, rsi, bytes);
    a.emit("add", pointer, rax);
  }
  a.emit("cmp", rsi, rdx);
  a.emit("jae", a.label("done"));
  a.bind("row");
  a.emit("mov", r10, r8);
  a.emit("mov", r11, r9);
  const blocks = Math.floor(plan.channels / tileChannels);
  if (blocks > 0) {
    a.emit("mov", rcx, blocks);
    a.bind("block");
    emitColumns(a, simd, tiles, tileChannels);
    a.emit("add", r10, tileChannels * plan.plane * planar.elementBytes - planarRow);
    a.emit("add", r11, tileChannels - plan.columns * strided.pixel);
    a.emit("dec", rcx);
    a.emit("jnz", a.label("block"));
  }
  if (plan.channels % tileChannels > 0) emitColumns(a, simd, tiles, plan.channels % tileChannels);
  a.emit("add", r8, planarRow);
  a.emit("add", r9, strided.row);
  a.emit("inc", rsi);
  a.emit("cmp", rsi, rdx);
  a.emit("jb", a.label("row"));
  a.bind("done");
  a.emit("vzeroupper");
  a.emit("ret");
}

/** All columns of a row for one block of channels; both pointers end up behind the last column. */
function emitColumns(a: Assembler, simd: Simd, { plan, planar, strided, tile }: Tiles, channels: number): void {
  const step = (pixels: number): void => {
    tile(channels, pixels);
    a.emit("add", r10, pixels * planar.elementBytes);
    a.emit("add", r11, pixels * strided.pixel);
  };
  const repeat = (count: number, pixels: number): void => {
    if (count > 1) {
      a.emit("mov", rax, count);
      a.bind(`pixels${channels}x${pixels}`);
    }
    if (count > 0) step(pixels);
    if (count > 1) {
      a.emit("dec", rax);
      a.emit("jnz", a.label(`pixels${channels}x${pixels}`));
    }
  };
  repeat(Math.floor(plan.columns / simd.lanes), simd.lanes);
  const rest = plan.columns % simd.lanes;
  if (simd.name === "avx2") repeat(rest, 1);
  else repeat(Math.min(rest, 1), rest);
}
