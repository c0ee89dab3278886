import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { k, masked, mem, r10, r11, rax, rdi, xmm } from "../../../../src/codegen/x86/index.ts";
import type { TransferWorkload } from "../../workload.ts";
import { emitDwordPattern, emitLanePattern, emitMask } from "../bytes/byte-pattern.ts";
import { packOrder } from "../bytes/leaves.ts";
import type { Simd } from "../bytes/simd.ts";
import { areClose, loadClose } from "./close-pixels.ts";
import { emitConstants, emitScale } from "./convert.ts";
import type { TransferPlan } from "./plan.ts";
import { emitLoadPieces, emitTransposeQuads } from "./quads.ts";
import { emitTiles } from "./tiles.ts";

const registers = { scale: 12, low: 8, high: 9, zero: 13 };
/** Numbers of the registers of one plane, the order of packing, and 0xff in each dword. */
const [part, order, lowByte] = [5, 15, 14];
const [columnMask, channelMask] = [k(1), k(4)];

/** Emits a transfer from channels-last uint8 to planar float32 or uint8. */
export function emitSeparate(a: Assembler, simd: Simd, kind: TransferWorkload["kind"], plan: TransferPlan): void {
  const close = areClose(simd, plan.channels, plan.x.pixel) ? loadClose(a, simd, plan) : undefined;
  const elementBytes = kind === "dequantize" ? 4 : 1;
  const rest = plan.columns % simd.lanes;
  if (simd.name === "avx512") {
    if (rest > 0) emitMask(a, columnMask, (1n << BigInt(rest)) - 1n);
    if (plan.channels % 16 > 0) emitMask(a, channelMask, (1n << BigInt(plan.channels % 16)) - 1n);
  } else if (kind === "move") emitDwordPattern(a, simd, order, packOrder(simd));
  emitLanePattern(
    a,
    simd,
    lowByte,
    Array.from({ length: 16 }, (_, i) => (i % 4 === 0 ? 0xff : 0)),
  );
  close?.prepare();
  if (kind !== "move") {
    a.emit("mov", rax, mem(rdi, { disp: 8 }));
    emitConstants(a, simd, kind, rax, registers, "lanes");
  }
  emitTiles(a, simd, {
    plan,
    planar: { argument: kind === "move" ? 1 : 2, elementBytes },
    strided: { argument: 0, ...plan.x },
    tile: (channels, pixels) => {
      if (close === undefined) emitLoadPixels(a, simd, channels, pixels, plan.x.pixel);
      else close.move(pixels);
      for (let channel = 0; channel < channels; channel++) {
        emitPlane(a, simd, channel);
        if (kind === "dequantize") emitScale(a, simd, part, registers);
        emitStorePlane(a, simd, kind, pixels, mem(r10, { disp: channel * plan.plane * elementBytes }));
      }
    },
  });
}

/** The bytes of each pixel at r11 to registers 0 to 3 by quad. */
function emitLoadPixels(a: Assembler, simd: Simd, channels: number, pixels: number, stride: number): void {
  const insert = simd.name === "avx512" ? "vinserti32x4" : "vinserti128";
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [register, lane] = [pixel % 4, Math.floor(pixel / 4)];
    const at = (byte: number): ReturnType<typeof mem> => mem(r11, { disp: pixel * stride + byte });
    const v = simd.vector(register);
    if (lane > 0 && channels === 16) {
      a.emit(insert, v, v, at(0), lane);
      continue;
    }
    const n = lane === 0 ? register : 4;
    if (channels === 16) a.emit("vmovdqu", xmm(n), at(0));
    else if (simd.name === "avx512") a.emit("vmovdqu8", masked(xmm(n), channelMask, "zero"), at(0));
    else emitLoadPieces(a, n, channels, at);
    if (lane > 0) a.emit(insert, v, v, xmm(n), lane);
  }
  emitTransposeQuads(a, simd);
}

/** The bytes of one channel as dwords. */
function emitPlane(a: Assembler, simd: Simd, channel: number): void {
  const [to, quad] = [simd.vector(part), simd.vector(Math.floor(channel / 4))];
  const place = channel % 4;
  if (place > 0) a.emit("vpsrld", to, quad, 8 * place);
  if (place < 3) a.emit(simd.name === "avx512" ? "vpandd" : "vpand", to, place === 0 ? quad : to, simd.vector(lowByte));
}

function emitStorePlane(
  a: Assembler,
  simd: Simd,
  kind: TransferWorkload["kind"],
  pixels: number,
  to: ReturnType<typeof mem>,
): void {
  const v = simd.vector(part);
  if (simd.name === "avx512") {
    const target = pixels === simd.lanes ? to : masked(to, columnMask);
    a.emit(kind === "move" ? "vpmovdb" : "vmovups", target, v);
    return;
  }
  if (kind === "dequantize") {
    if (pixels === 1) a.emit("vmovss", to, xmm(part));
    else a.emit("vmovups", to, v);
    return;
  }
  if (pixels === 1) {
    a.emit("vpextrb", to, xmm(part), 0);
    return;
  }
  a.emit("vpackssdw", v, v, v);
  a.emit("vpackuswb", v, v, v);
  a.emit("vpermd", v, simd.vector(order), v);
  a.emit("vmovq", to, xmm(part));
}
