import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { k, masked, mem, r11, xmm, ymm, zmm } from "../../../../src/codegen/x86/index.ts";
import { emitDwordPattern, emitLanePattern, emitMask } from "../bytes/byte-pattern.ts";
import type { Simd } from "../bytes/simd.ts";
import type { TransferPlan } from "./plan.ts";
import {
  emitLoadPieces,
  emitStorePieces,
  joinIndices,
  joinLaneIndices,
  spreadIndices,
  spreadLaneIndices,
} from "./quads.ts";

/** Registers of the indices within lanes and across lanes, by number. */
const [within, across] = [10, 11];
const [restMask, tileMask] = [k(2), k(3)];

/** Moves tiles of pixels between memory at r11 and register 0, which holds one dword a pixel. */
export interface ClosePixels {
  /** Emits what must come before the loops; rax is lost. */
  prepare(): void;
  /** Emits the access to a tile of so many pixels. */
  move(pixels: number): void;
}

/** Whether pixels of two to four channels stand so close that they are moved many at a time. */
export function areClose(simd: Simd, channels: number, pixel: number): boolean {
  if (channels < 2 || channels > 4) return false;
  return pixel === channels || (simd.name === "avx512" && pixel === 4);
}

/** Stores of dwords as pixels. */
export function storeClose(a: Assembler, simd: Simd, plan: TransferPlan): ClosePixels {
  const { channels } = plan;
  const { pixel } = plan.y;
  const joins = pixel < 4;
  return {
    prepare: () => {
      if (joins) emitLanePattern(a, simd, within, joinIndices(channels));
      if (simd.name === "avx2") return;
      if (joins) emitDwordPattern(a, simd, across, joinLaneIndices(channels));
      emitMasks(a, simd, plan, pixel);
    },
    move: (pixels) => {
      if (joins) a.emit("vpshufb", simd.vector(0), simd.vector(0), simd.vector(within));
      if (simd.name === "avx512") {
        if (joins) a.emit("vpermd", zmm(0), zmm(across), zmm(0));
        const whole = channels === 4 && pixels === simd.lanes;
        a.emit("vmovdqu8", whole ? mem(r11) : masked(mem(r11), maskOf(simd, pixels)), zmm(0));
        return;
      }
      const laneBytes = Math.min(pixels, 4) * channels;
      emitStorePieces(a, 0, laneBytes, (byte) => mem(r11, { disp: byte }));
      if (pixels === 1) return;
      a.emit("vextracti128", xmm(0), ymm(0), 1);
      emitStorePieces(a, 0, laneBytes, (byte) => mem(r11, { disp: laneBytes + byte }));
    },
  };
}

/** Loads of pixels as dwords, zeros above. */
export function loadClose(a: Assembler, simd: Simd, plan: TransferPlan): ClosePixels {
  const { channels } = plan;
  const { pixel } = plan.x;
  const joins = pixel < 4;
  return {
    prepare: () => {
      if (joins) emitLanePattern(a, simd, within, spreadIndices(channels));
      if (simd.name === "avx2") return;
      if (joins) emitDwordPattern(a, simd, across, spreadLaneIndices(channels));
      emitMasks(a, simd, plan, pixel);
    },
    move: (pixels) => {
      if (simd.name === "avx512") {
        const whole = channels === 4 && pixels === simd.lanes;
        a.emit("vmovdqu8", whole ? zmm(0) : masked(zmm(0), maskOf(simd, pixels), "zero"), mem(r11));
        if (joins) a.emit("vpermd", zmm(0), zmm(across), zmm(0));
      } else {
        const laneBytes = Math.min(pixels, 4) * channels;
        emitLoadPieces(a, 0, laneBytes, (byte) => mem(r11, { disp: byte }));
        if (pixels > 1) {
          emitLoadPieces(a, 1, laneBytes, (byte) => mem(r11, { disp: laneBytes + byte }));
          a.emit("vinserti128", ymm(0), ymm(0), xmm(1), 1);
        }
      }
      if (joins) a.emit("vpshufb", simd.vector(0), simd.vector(0), simd.vector(within));
    },
  };
}

function maskOf(simd: Simd, pixels: number): typeof tileMask {
  return pixels === simd.lanes ? tileMask : restMask;
}

function emitMasks(a: Assembler, simd: Simd, { columns, channels }: TransferPlan, pixel: number): void {
  const bits = (pixels: number): bigint => {
    let mask = 0n;
    for (let i = 0; i < pixels; i++) mask |= ((1n << BigInt(channels)) - 1n) << BigInt(i * pixel);
    return mask;
  };
  emitMask(a, tileMask, bits(simd.lanes));
  if (columns % simd.lanes > 0) emitMask(a, restMask, bits(columns % simd.lanes));
}
