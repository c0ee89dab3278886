import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { k, masked, mem, r10, r11, rax, rdi, xmm } from "../../../../src/codegen/x86/index.ts";
import type { TransferWorkload } from "../../workload.ts";
import { emitMask } from "../bytes/byte-pattern.ts";
import type { Simd } from "../bytes/simd.ts";
import { areClose, storeClose } from "./close-pixels.ts";
import { emitConstants, emitRound } from "./convert.ts";
import type { TransferPlan } from "./plan.ts";
import { emitStorePieces, emitTransposeQuads } from "./quads.ts";
import { emitTiles } from "./tiles.ts";

const registers = { scale: 12, low: 13, high: 14, zero: 15 };
const columnMask = k(1);

/** Emits a transfer from planar float32 or uint8 to channels-last uint8. */
export function emitInterleave(a: Assembler, simd: Simd, kind: TransferWorkload["kind"], plan: TransferPlan): void {
  const close = areClose(simd, plan.channels, plan.y.pixel) ? storeClose(a, simd, plan) : undefined;
  const elementBytes = kind === "quantize" ? 4 : 1;
  const rest = plan.columns % simd.lanes;
  if (simd.name === "avx512" && rest > 0) emitMask(a, columnMask, (1n << BigInt(rest)) - 1n);
  close?.prepare();
  if (kind !== "move") {
    a.emit("mov", rax, mem(rdi, { disp: 8 }));
    emitConstants(a, simd, kind, rax, registers, "bytes");
  }
  emitTiles(a, simd, {
    plan,
    planar: { argument: 0, elementBytes },
    strided: { argument: kind === "move" ? 1 : 2, ...plan.y },
    tile: (channels, pixels) => {
      for (let channel = 0; channel < channels; channel++) {
        const n = channel % 4 === 0 ? channel / 4 : 4 + (channel % 4);
        const from = mem(r10, { disp: channel * plan.plane * elementBytes });
        emitLoadPixels(a, simd, kind, n, pixels, from);
        if (kind === "quantize") emitRound(a, simd, n, registers);
        emitJoin(a, simd, channel, n);
      }
      if (kind === "quantize")
        for (let quad = 0; quad < channels / 4; quad++)
          a.emit("vpaddd", simd.vector(quad), simd.vector(quad), simd.vector(registers.zero));
      if (close === undefined) emitStorePixels(a, simd, channels, pixels, plan.y.pixel);
      else close.move(pixels);
    },
  });
}

/** One plane of a tile into the dwords of register n. */
function emitLoadPixels(
  a: Assembler,
  simd: Simd,
  kind: TransferWorkload["kind"],
  n: number,
  pixels: number,
  from: ReturnType<typeof mem>,
): void {
  const mnemonic = kind === "quantize" ? "vmovups" : "vpmovzxbd";
  if (pixels === simd.lanes) a.emit(mnemonic, simd.vector(n), from);
  else if (simd.name === "avx512") a.emit(mnemonic, masked(simd.vector(n), columnMask, "zero"), from);
  else if (kind === "quantize") a.emit("vmovss", xmm(n), from);
  else {
    a.emit("vpxor", xmm(n), xmm(n), xmm(n));
    a.emit("vpinsrb", xmm(n), xmm(n), from, 0);
  }
}

/** A channel's byte to its place in the dword of its quad: a sum, since the zero point is still missing. */
function emitJoin(a: Assembler, simd: Simd, channel: number, n: number): void {
  const place = channel % 4;
  if (place === 0) return;
  const [quad, part] = [simd.vector(Math.floor(channel / 4)), simd.vector(n)];
  a.emit("vpslld", part, part, 8 * place);
  a.emit("vpaddd", quad, quad, part);
}

/** The bytes of each pixel, in registers 0 to 3 by quad, to its place at r11. */
function emitStorePixels(a: Assembler, simd: Simd, channels: number, pixels: number, stride: number): void {
  const extract = simd.name === "avx512" ? "vextracti32x4" : "vextracti128";
  emitTransposeQuads(a, simd);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [register, lane] = [pixel % 4, Math.floor(pixel / 4)];
    const at = (byte: number): ReturnType<typeof mem> => mem(r11, { disp: pixel * stride + byte });
    if (lane > 0 && channels === 16) a.emit(extract, at(0), simd.vector(register), lane);
    else if (lane > 0) a.emit(extract, xmm(4), simd.vector(register), lane);
    if (lane === 0 || channels < 16) emitStorePieces(a, lane === 0 ? register : 4, channels, at);
  }
}
