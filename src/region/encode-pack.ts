import type { ChannelOrder, PackLoop } from "../codegen/index.ts";
import type { ByteWriter } from "./program-bytes.ts";
import { packCodes, programLayout } from "./program-layout.ts";
import type { BoundPack } from "./program.ts";

/** Appends one pack to the section of packs; `place` puts the bytes of a literal into that of data and says where. */
export function encodePack(bound: BoundPack, packs: ByteWriter, place: (literal: Uint8Array) => number): void {
  const { pack } = bound;
  const source = (role: string | undefined): number => {
    if (role === undefined) return programLayout.noInput;
    const index = bound.sources[role];
    if (index === undefined) throw new Error(`a ${pack.kind} pack reads ${role}, which is bound to no input`);
    return index;
  };
  const begin = (first: string | undefined, second: string | undefined): void => {
    packs.u32(packCodes[pack.kind]);
    packs.u32(source(first));
    packs.u32(source(second));
    packs.u32(0);
    packs.u64(bound.base);
    packs.u64(pack.targetOffset);
  };
  switch (pack.kind) {
    case "copy":
      begin(pack.from, undefined);
      packs.u32(pack.elementBytes);
      packs.u32(0);
      packs.u64(pack.sourceOffset);
      encodeLoops(pack.loops, packs);
      return;
    case "bf16":
      begin(pack.from, undefined);
      packs.u64(pack.sourceOffset);
      encodeLoops(pack.loops, packs);
      return;
    case "literal":
      begin(undefined, undefined);
      packs.u64(place(pack.bytes));
      packs.u64(pack.bytes.byteLength);
      return;
    case "fold-bias":
      begin(pack.weights, pack.bias);
      packs.i32(pack.zeroPoint);
      packs.u32(orderCode(pack.order));
      packs.u64(pack.channels);
      packs.i64(pack.channelStride);
      encodeLoops(pack.loops, packs);
      return;
    case "multiplier":
      begin(pack.weightScale, undefined);
      packs.u32(pack.perTensor ? 1 : 0);
      packs.u32(orderCode(pack.order));
      packs.f32(pack.inputScale);
      packs.f32(pack.outputScale);
      packs.u64(pack.channels);
      return;
    case "winograd-f32":
      begin(pack.from, undefined);
      packs.u32(pack.tile);
      packs.u32(0);
      packs.u32(0);
      packs.u32(0);
      packs.f32(0);
      packs.f32(0);
      packs.u64(pack.outputs);
      packs.u64(pack.inputs);
      packs.u64(pack.blockOutputs);
      packs.u64(0);
      return;
    case "winograd-s16":
      begin(pack.from, pack.weightScale);
      packs.u32(4);
      packs.u32(pack.bits);
      packs.u32(pack.perTensor ? 1 : 0);
      packs.u32(pack.sumInputs);
      packs.f32(pack.inputScale);
      packs.f32(pack.outputScale);
      packs.u64(pack.outputs);
      packs.u64(pack.inputs);
      packs.u64(pack.blockOutputs);
      packs.u64(pack.scaleOffset);
  }
}

function orderCode(order: ChannelOrder): number {
  return order === "quad64" ? 1 : 0;
}

function encodeLoops(loops: readonly PackLoop[], packs: ByteWriter): void {
  if (loops.length > programLayout.maxLoops) throw new Error(`a pack has ${loops.length} loops`);
  packs.u32(loops.length);
  packs.u32(0);
  for (const loop of loops) {
    packs.u64(loop.count);
    packs.i64(loop.source);
    packs.i64(loop.target);
  }
}
