import type { Register } from "../../../../src/codegen/x86/index.ts";
import { masked, mem, xmm, ymm } from "../../../../src/codegen/x86/index.ts";
import type { InstructionSink } from "../interleave.ts";
import type { AccumulatorGroup, Address, EpilogueContext } from "./epilogue-context.ts";

/** Writes results: exactly the bytes of the channels that there are. */
export interface Store {
  /** Bytes of all segments, one after the other in one register. */
  bytes(packed: Register, group: AccumulatorGroup): void;
  /** The accumulators themselves, four bytes an element. */
  words(group: AccumulatorGroup): void;
}

/** Writes `count` bytes of a register from byte `from` on. */
type StoreRange = (source: Register, from: number, count: number, target: Address) => void;

/** Stores of a tile's epilogue. */
export function createStore(sink: InstructionSink, context: EpilogueContext): Store {
  const { lanes } = context.isa;
  const maskOf = createMasks(sink, context);
  const store: StoreRange =
    lanes === 16
      ? (source, from, count, target) => storeMasked(sink, context, maskOf, source, from, count, target)
      : (source, from, count, target) => storePieces(sink, context, source, from, count, target);
  return {
    bytes: (packed, { segments }) => {
      for (const { first, channels, y } of segments) store(packed, first * lanes, channels, y);
    },
    words: ({ accumulators, segments }) => {
      for (const { first, channels, y } of segments)
        for (let at = 0; at < channels; at += lanes) {
          const target = { base: y.base, displacement: y.displacement + 4 * at };
          store(accumulators[first + at / lanes] as Register, 0, 4 * Math.min(lanes, channels - at), target);
        }
    },
  };
}

/** A mask of the lowest bits, set where the last one was another. */
type MaskOf = (bits: number) => Register;

function createMasks(sink: InstructionSink, { registers }: EpilogueContext): MaskOf {
  let current = 0;
  return (bits) => {
    if (bits !== current) {
      sink.emit("mov", registers.scalar, (1n << BigInt(bits)) - 1n);
      sink.emit("kmovq", registers.masks.store, registers.scalar);
    }
    current = bits;
    return registers.masks.store;
  };
}

function storeMasked(
  sink: InstructionSink,
  { temporaries }: EpilogueContext,
  maskOf: MaskOf,
  source: Register,
  from: number,
  count: number,
  { base, displacement }: Address,
): void {
  const temporary = temporaries[0] as Register;
  const wide = count > 16;
  if (from > 0 && wide) sink.emit("vextracti64x4", ymm(temporary.index), source, from / 32);
  else if (from > 0) sink.emit("vextracti32x4", xmm(temporary.index), source, from / 16);
  const { index } = from > 0 ? temporary : source;
  const part = count > 32 ? source : wide ? ymm(index) : xmm(index);
  const target = mem(base, { disp: displacement });
  if (count === 16 || count === 32 || count === 64) sink.emit("vmovups", target, part);
  else sink.emit("vmovdqu8", masked(target, maskOf(count)), part);
}

/** Without byte masks: the largest pieces that fit. `from` is a multiple of 8. */
function storePieces(
  sink: InstructionSink,
  { temporaries }: EpilogueContext,
  source: Register,
  from: number,
  count: number,
  { base, displacement }: Address,
): void {
  if (from === 0 && count === 32) {
    sink.emit("vmovups", mem(base, { disp: displacement }), source);
    return;
  }
  const high = xmm((temporaries[0] as Register).index);
  if (from + count > 16) sink.emit("vextracti128", high, source, 1);
  let at = from;
  while (at < from + count) {
    const lane = at < 16 ? xmm(source.index) : high;
    const target = mem(base, { disp: displacement + at - from });
    const [left, inLane] = [from + count - at, at % 16];
    const bytes = [16, 8, 4, 2, 1].find((size) => size <= left && inLane % size === 0) as 16 | 8 | 4 | 2 | 1;
    if (bytes === 16) sink.emit("vmovups", target, lane);
    else if (bytes === 8) sink.emit(inLane === 0 ? "vmovlps" : "vmovhps", target, lane);
    else if (bytes === 4) sink.emit("vpextrd", target, lane, inLane / 4);
    else if (bytes === 2) sink.emit("vpextrw", target, lane, inLane / 2);
    else sink.emit("vpextrb", target, lane, inLane);
    at += bytes;
  }
}
