import type { ChannelOrder, Pack, PackLoop } from "../codegen/index.ts";
import type { ByteReader } from "./program-bytes.ts";
import { packCodes, programLayout } from "./program-layout.ts";
import type { BoundPack } from "./program.ts";

/** Reads one pack. Throws a RangeError where there is none. */
export function decodePack(reader: ByteReader, data: Uint8Array, inputNames: readonly string[]): BoundPack {
  const sources: Record<string, number> = {};
  const role = (index: number): string => {
    const name = inputNames[index];
    if (name === undefined) throw new RangeError(`a pack reads input ${index}, which does not exist`);
    sources[name] = index;
    return name;
  };
  const code = reader.u32();
  const first = reader.u32();
  const second = reader.u32();
  reader.u32();
  const base = reader.u64();
  const targetOffset = reader.u64();
  const decode = (): Pack => {
    switch (code) {
      case packCodes.copy: {
        const elementBytes = elementSize(reader.u32());
        reader.u32();
        const sourceOffset = reader.u64();
        const from = role(first);
        return { kind: "copy", from, elementBytes, sourceOffset, targetOffset, loops: decodeLoops(reader) };
      }
      case packCodes.literal: {
        const at = reader.u64();
        const length = reader.u64();
        if (at + length > data.byteLength) throw new RangeError("a literal lies outside its section");
        return { kind: "literal", targetOffset, bytes: data.slice(at, at + length) };
      }
      case packCodes["fold-bias"]: {
        const zeroPoint = reader.i32();
        const order = orderName(reader.u32());
        const channels = reader.u64();
        const channelStride = reader.i64();
        const weights = role(first);
        const bias = second === programLayout.noInput ? undefined : role(second);
        const loops = decodeLoops(reader);
        return { kind: "fold-bias", weights, bias, zeroPoint, channels, channelStride, loops, targetOffset, order };
      }
      case packCodes.multiplier: {
        const perTensor = reader.u32() !== 0;
        const order = orderName(reader.u32());
        const inputScale = reader.f32();
        const outputScale = reader.f32();
        const channels = reader.u64();
        const weightScale = role(first);
        return { kind: "multiplier", weightScale, perTensor, inputScale, outputScale, channels, targetOffset, order };
      }
      case packCodes["winograd-f32"]: {
        const { tile, outputs, inputs, blockOutputs } = decodeWinograd(reader);
        return { kind: "winograd-f32", from: role(first), tile, outputs, inputs, blockOutputs, targetOffset };
      }
      case packCodes["winograd-s16"]: {
        const { tile: _tile, ...rest } = decodeWinograd(reader);
        return { kind: "winograd-s16", from: role(first), weightScale: role(second), ...rest, targetOffset };
      }
      case packCodes.bf16: {
        const sourceOffset = reader.u64();
        const from = role(first);
        return { kind: "bf16", from, sourceOffset, targetOffset, loops: decodeLoops(reader) };
      }
      default:
        throw new RangeError(`pack ${code} is unknown`);
    }
  };
  const pack = decode();
  return { pack, base, sources };
}

function elementSize(value: number): 1 | 2 | 4 | 8 {
  if (value === 1 || value === 2 || value === 4 || value === 8) return value;
  throw new RangeError(`elements of ${value} bytes are unknown`);
}

function orderName(code: number): ChannelOrder {
  if (code > 1) throw new RangeError(`channel order ${code} is unknown`);
  return code === 1 ? "quad64" : "natural";
}

function decodeLoops(reader: ByteReader): PackLoop[] {
  const count = reader.u32();
  reader.u32();
  if (count > programLayout.maxLoops) throw new RangeError(`a pack has ${count} loops`);
  const loops: PackLoop[] = [];
  for (let i = 0; i < count; i++) loops.push({ count: reader.u64(), source: reader.i64(), target: reader.i64() });
  return loops;
}

/** Fields of both Winograd packs, in their order. */
function decodeWinograd(reader: ByteReader): {
  tile: 2 | 4;
  bits: number;
  perTensor: boolean;
  sumInputs: number;
  inputScale: number;
  outputScale: number;
  outputs: number;
  inputs: number;
  blockOutputs: number;
  scaleOffset: number;
} {
  const tile = reader.u32();
  if (tile !== 2 && tile !== 4) throw new RangeError(`Winograd tile ${tile} is unknown`);
  const bits = reader.u32();
  const perTensor = reader.u32() !== 0;
  const sumInputs = reader.u32();
  const inputScale = reader.f32();
  const outputScale = reader.f32();
  const outputs = reader.u64();
  const inputs = reader.u64();
  const blockOutputs = reader.u64();
  const scaleOffset = reader.u64();
  return { tile, bits, perTensor, sumInputs, inputScale, outputScale, outputs, inputs, blockOutputs, scaleOffset };
}
