import type { Register } from "../../../../src/codegen/x86/index.ts";
import { masked, mem } from "../../../../src/codegen/x86/index.ts";
import type { InstructionSink } from "../interleave.ts";
import type { EpilogueContext } from "./epilogue-context.ts";

/** Replaces each byte of a register by the byte of the table that it names. */
export function emitLookup(sink: InstructionSink, context: EpilogueContext, bytes: Register): void {
  if (context.isa.permutesBytes) emitLookupOfBytes(sink, context, bytes);
  else if (context.isa.lanes === 16) emitLookupOfWords(sink, context, bytes);
  else emitLookupByShuffles(sink, context, bytes);
}

/** Two look-ups in 128 bytes each; the top bit of the index chooses between them. */
function emitLookupOfBytes(sink: InstructionSink, { registers, temporaries }: EpilogueContext, bytes: Register): void {
  const table = registers.table as Register;
  const [low, high] = temporaries as readonly [Register, Register];
  sink.emit("vmovups", low, mem(table));
  sink.emit("vmovups", high, mem(table, { disp: 128 }));
  sink.emit("vpermt2b", low, bytes, mem(table, { disp: 64 }));
  sink.emit("vpermt2b", high, bytes, mem(table, { disp: 192 }));
  sink.emit("vpmovb2m", registers.masks.lookup, bytes);
  sink.emit("vpblendmb", masked(bytes, registers.masks.lookup), low, high);
}

/** Without byte permutations: odd and even bytes on their own, as indices into 128 words. */
function emitLookupOfWords(sink: InstructionSink, context: EpilogueContext, bytes: Register): void {
  const [odd] = context.temporaries as readonly [Register];
  sink.emit("vpsrlw", odd, bytes, 8);
  emitWords(sink, context, odd);
  sink.emit("vpsllw", odd, odd, 8);
  sink.emit("vpsllw", bytes, bytes, 8);
  sink.emit("vpsrlw", bytes, bytes, 8);
  emitWords(sink, context, bytes);
  sink.emit("vpsllw", bytes, bytes, 8);
  sink.emit("vpsrlw", bytes, bytes, 8);
  sink.emit("vporq", bytes, bytes, odd);
}

/**
 * Replaces indices, one a word, by their entries in the low bytes: bit 7 chooses between two look-ups in 64 words, bit 0
 * between the bytes of the word found.
 */
function emitWords(sink: InstructionSink, { registers, temporaries }: EpilogueContext, index: Register): void {
  const table = registers.table as Register;
  const { lookup } = registers.masks;
  const [, low, high, shift] = temporaries as readonly [Register, Register, Register, Register];
  sink.emit("vpsllw", shift, index, 8);
  sink.emit("vpmovw2m", lookup, shift);
  sink.emit("vpsllw", shift, shift, 7);
  sink.emit("vpsrlw", shift, shift, 12);
  sink.emit("vpsrlw", index, index, 1);
  sink.emit("vmovups", low, mem(table));
  sink.emit("vmovups", high, mem(table, { disp: 128 }));
  sink.emit("vpermt2w", low, index, mem(table, { disp: 64 }));
  sink.emit("vpermt2w", high, index, mem(table, { disp: 192 }));
  sink.emit("vpblendmw", masked(index, lookup), low, high);
  sink.emit("vpsrlvw", index, index, shift);
}

/**
 * AVX2: sixteen look-ups in 16 bytes each: `vpshufb` gives 0 where the top bit is set, which a saturating addition of 0x70
 * does to every index outside 0 … 15.
 */
function emitLookupByShuffles(sink: InstructionSink, context: EpilogueContext, bytes: Register): void {
  const { constant, registers } = context;
  const table = registers.table as Register;
  const [index, part, chosen] = context.temporaries as readonly [Register, Register, Register];
  for (let chunk = 0; chunk < 16; chunk++) {
    const target = chunk === 0 ? chosen : part;
    sink.emit("vpaddusb", index, bytes, constant("outside"));
    sink.emit("vbroadcasti128", target, mem(table, { disp: 16 * chunk }));
    sink.emit("vpshufb", target, target, index);
    if (chunk > 0) sink.emit("vpor", chosen, chosen, part);
    if (chunk < 15) sink.emit("vpsubb", bytes, bytes, constant("sixteen"));
  }
  sink.emit("vmovaps", bytes, chosen);
}
