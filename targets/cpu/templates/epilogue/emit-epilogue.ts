import type { Register } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";
import type { AccumulatorGroup, Address, EpilogueContext, EpilogueOptions } from "./epilogue-context.ts";
import { createEpilogueContext } from "./epilogue-context.ts";
import { emitGelu } from "./emit-gelu.ts";
import { emitResidual, emitUnpack } from "./emit-residual.ts";
import type { InstructionSink } from "../interleave.ts";
import { createStore } from "./emit-store.ts";
import { emitLookup } from "./emit-table.ts";

/** Emits the epilogue of tiles. */
export interface EpilogueEmitter {
  /** Loads constants into the registers they live in: before the first tile after the registers were used otherwise. */
  load(sink: InstructionSink): void;
  /** From int32 sums (bias included) to y, for all groups of a tile; the accumulators are overwritten. */
  finish(sink: InstructionSink, groups: readonly AccumulatorGroup[]): void;
}

/** Emitter of an epilogue over given registers. */
export function createEpilogueEmitter(options: EpilogueOptions): EpilogueEmitter {
  const context = createEpilogueContext(options);
  const { out } = context.epilogue;
  return {
    load: (sink) => {
      for (const [row, register] of context.homes) sink.emit("vmovups", register, context.stored(row));
    },
    finish: (sink, groups) => {
      const store = createStore(sink, context);
      for (const group of groups) {
        if (out !== "s32" && group.multipliers !== undefined) emitScale(sink, group, group.multipliers);
        if (context.epilogue.activation !== undefined)
          for (const accumulator of group.accumulators) emitGelu(sink, context, accumulator);
        else if (context.epilogue.divides === true)
          for (const accumulator of group.accumulators)
            sink.emit("vdivps", accumulator, accumulator, context.constant("divisor"));
        if (out === "u8") store.bytes(emitBytes(sink, context, group), group);
        else store.words(group);
      }
    },
  };
}

function emitScale(
  sink: InstructionSink,
  { accumulators, shift }: AccumulatorGroup,
  multipliers: readonly Address[],
): void {
  for (const accumulator of accumulators) sink.emit("vcvtdq2ps", accumulator, accumulator);
  accumulators.forEach((accumulator, index) => {
    const { base, displacement } = multipliers[index] as Address;
    sink.emit("vmulps", accumulator, accumulator, mem(base, { disp: displacement }));
    if (shift !== undefined) sink.emit("vaddps", accumulator, accumulator, mem(base, { disp: displacement + shift }));
  });
}

/** From scaled float32 sums to uint8 in the order of y's memory, in the group's first register, which is returned. */
function emitBytes(sink: InstructionSink, context: EpilogueContext, group: AccumulatorGroup): Register {
  const { epilogue, constant } = context;
  const { accumulators } = group;
  const packed = accumulators[0] as Register;
  if (epilogue.residual !== undefined && !epilogue.table) {
    emitRound(sink, context, group);
    emitResidual(sink, context, group);
  } else {
    // Sums beyond int32 would become the smallest one. Floats are cut off as integers, whose order is theirs above 0:
    // vpminsd runs on every vector port, vminps on two that the conversions keep busy.
    const clamps = epilogue.saturates !== true;
    if (clamps)
      for (const accumulator of accumulators) sink.emit("vpminsd", accumulator, accumulator, constant("limit"));
    emitPack(sink, context, accumulators, true);
    if (clamps) sink.emit("vpmaxub", packed, packed, constant("floor"));
    if (clamps) sink.emit("vpminub", packed, packed, constant("ceiling"));
  }
  if (epilogue.table) {
    emitLookup(sink, context, packed);
    if (epilogue.residual !== undefined) {
      emitUnpack(sink, context, accumulators);
      for (const accumulator of accumulators) sink.emit("vcvtdq2ps", accumulator, accumulator);
      emitResidual(sink, context, group);
    }
  }
  if (epilogue.residual !== undefined) {
    emitPack(sink, context, accumulators, false);
    sink.emit("vpmaxub", packed, packed, constant("outFloor"));
    sink.emit("vpminub", packed, packed, constant("outCeiling"));
  }
  if (context.order === "natural") sink.emit("vpermd", packed, context.resident("order"), packed);
  return packed;
}

/**
 * Scaled sums to the quantized values that a residual is added to, as whole float32 numbers: rounded by the addition of
 * a number whose neighbours are one apart, clamped as integers (as above), the number less the zero point taken off.
 */
function emitRound(sink: InstructionSink, context: EpilogueContext, { accumulators }: AccumulatorGroup): void {
  const { constant } = context;
  for (const accumulator of accumulators) {
    sink.emit("vaddps", accumulator, accumulator, constant("magic"));
    sink.emit("vpmaxsd", accumulator, accumulator, constant("lowest"));
    sink.emit("vpminsd", accumulator, accumulator, constant("highest"));
    sink.emit("vsubps", accumulator, accumulator, constant("shift"));
  }
}

/** Rounds to integers, adds the zero point, saturates to uint8; the first accumulator gets all bytes. */
function emitPack(
  sink: InstructionSink,
  { constant }: EpilogueContext,
  accumulators: readonly Register[],
  zero: boolean,
): void {
  for (const accumulator of accumulators) sink.emit("vcvtps2dq", accumulator, accumulator);
  const [a, b, c, d] = accumulators as readonly [Register, ...(Register | undefined)[]];
  const halves = [a, ...(c === undefined ? [] : [c])];
  sink.emit("vpackssdw", a, a, b ?? a);
  if (c !== undefined) sink.emit("vpackssdw", c, c, d ?? c);
  if (zero) for (const half of halves) sink.emit("vpaddsw", half, half, constant("zero16"));
  sink.emit("vpackuswb", a, a, c ?? a);
}
