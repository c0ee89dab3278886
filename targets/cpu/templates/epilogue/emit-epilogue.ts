import type { Register } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";
import type { AccumulatorGroup, Address, EpilogueContext, EpilogueOptions } from "./epilogue-context.ts";
import { createEpilogueContext } from "./epilogue-context.ts";
import { emitAddResidual, emitUnpack } from "./emit-residual.ts";
import { createStore } from "./emit-store.ts";
import { emitLookup } from "./emit-table.ts";

/** Emits the epilogue of tiles. */
export interface EpilogueEmitter {
  /** Loads constants: once for each tile, after its sums are complete. */
  begin(): void;
  /** From int32 sums (bias included) to y; the accumulators are overwritten. */
  finish(group: AccumulatorGroup): void;
}

/** Emitter of an epilogue over given registers. */
export function createEpilogueEmitter(options: EpilogueOptions): EpilogueEmitter {
  const context = createEpilogueContext(options);
  const store = createStore(context);
  const { out } = context.epilogue;
  return {
    begin: () => {
      store.begin();
      for (const [row, register] of context.homes) context.assembler.emit("vmovups", register, context.stored(row));
    },
    finish: (group) => {
      if (out !== "s32") emitScale(context, group);
      if (out === "u8") store.bytes(emitBytes(context, group), group);
      else store.words(group);
    },
  };
}

function emitScale({ assembler }: EpilogueContext, { accumulators, multipliers }: AccumulatorGroup): void {
  for (const accumulator of accumulators) assembler.emit("vcvtdq2ps", accumulator, accumulator);
  accumulators.forEach((accumulator, index) => {
    const { base, displacement } = multipliers[index] as Address;
    assembler.emit("vmulps", accumulator, accumulator, mem(base, { disp: displacement }));
  });
}

/** From scaled float32 sums to uint8 in the order of y's memory, in the group's first register, which is returned. */
function emitBytes(context: EpilogueContext, group: AccumulatorGroup): Register {
  const { assembler, epilogue, constant } = context;
  const { accumulators } = group;
  const packed = accumulators[0] as Register;
  if (epilogue.residual !== undefined && !epilogue.table) {
    emitRound(context, group);
    emitAddResidual(context, group);
  } else {
    // Sums beyond int32 would become the smallest one. Floats are cut off as integers, whose order is theirs above 0:
    // vpminsd runs on every vector port, vminps on two that the conversions keep busy.
    for (const accumulator of accumulators) assembler.emit("vpminsd", accumulator, accumulator, constant("limit"));
    emitPack(context, accumulators, true);
    assembler.emit("vpmaxub", packed, packed, constant("floor"));
    assembler.emit("vpminub", packed, packed, constant("ceiling"));
  }
  if (epilogue.table) {
    emitLookup(context, packed);
    if (epilogue.residual !== undefined) {
      emitUnpack(context, accumulators);
      for (const accumulator of accumulators) assembler.emit("vcvtdq2ps", accumulator, accumulator);
      emitAddResidual(context, group);
    }
  }
  if (epilogue.residual !== undefined) {
    emitPack(context, accumulators, false);
    assembler.emit("vpmaxub", packed, packed, constant("outFloor"));
    assembler.emit("vpminub", packed, packed, constant("outCeiling"));
  }
  if (context.order === "natural") assembler.emit("vpermd", packed, context.resident("order"), packed);
  return packed;
}

/**
 * Scaled sums to the quantized values that a residual is added to, as whole float32 numbers: rounded by the addition of
 * a number whose neighbours are one apart, clamped as integers (as above), the number less the zero point taken off.
 */
function emitRound(context: EpilogueContext, { accumulators }: AccumulatorGroup): void {
  const { assembler, constant } = context;
  for (const accumulator of accumulators) {
    assembler.emit("vaddps", accumulator, accumulator, constant("magic"));
    assembler.emit("vpmaxsd", accumulator, accumulator, constant("lowest"));
    assembler.emit("vpminsd", accumulator, accumulator, constant("highest"));
    assembler.emit("vsubps", accumulator, accumulator, constant("shift"));
  }
}

/** Rounds to integers, adds the zero point, saturates to uint8; the first accumulator gets all bytes. */
function emitPack({ assembler, constant }: EpilogueContext, accumulators: readonly Register[], zero: boolean): void {
  for (const accumulator of accumulators) assembler.emit("vcvtps2dq", accumulator, accumulator);
  const [a, b, c, d] = accumulators as readonly [Register, ...(Register | undefined)[]];
  const halves = [a, ...(c === undefined ? [] : [c])];
  assembler.emit("vpackssdw", a, a, b ?? a);
  if (c !== undefined) assembler.emit("vpackssdw", c, c, d ?? c);
  if (zero) for (const half of halves) assembler.emit("vpaddsw", half, half, constant("zero16"));
  assembler.emit("vpackuswb", a, a, c ?? a);
}
