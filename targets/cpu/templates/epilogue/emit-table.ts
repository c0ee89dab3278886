import type { Register } from "../../../../src/codegen/x86/index.ts";
import { masked, mem } from "../../../../src/codegen/x86/index.ts";
import type { InstructionSink } from "../interleave.ts";
import type { EpilogueContext } from "./epilogue-context.ts";

/** Replaces each byte of a register by the byte of the table that it names. */
export function emitLookup(sink: InstructionSink, context: EpilogueContext, bytes: Register): void {
  if (context.isa.permutesBytes) emitLookupByPermutation(sink, context, bytes);
  else emitLookupByShuffles(sink, context, bytes);
}

/** Two look-ups in 128 bytes each; the top bit of the index chooses between them. */
function emitLookupByPermutation(
  sink: InstructionSink,
  { registers, temporaries }: EpilogueContext,
  bytes: Register,
): void {
  const table = registers.table as Register;
  const [low, high] = temporaries as readonly [Register, Register];
  sink.emit("vmovups", low, mem(table));
  sink.emit("vmovups", high, mem(table, { disp: 128 }));
  sink.emit("vpermt2b", low, bytes, mem(table, { disp: 64 }));
  sink.emit("vpermt2b", high, bytes, mem(table, { disp: 192 }));
  sink.emit("vpmovb2m", registers.masks.lookup, bytes);
  sink.emit("vpblendmb", masked(bytes, registers.masks.lookup), low, high);
}

/**
 * Sixteen look-ups in 16 bytes each: `vpshufb` gives 0 where the top bit is set, which a saturating addition of 0x70
 * does to every index outside 0 … 15.
 */
function emitLookupByShuffles(sink: InstructionSink, context: EpilogueContext, bytes: Register): void {
  const { constant, isa, registers } = context;
  const table = registers.table as Register;
  const [index, part, chosen] = context.temporaries as readonly [Register, Register, Register];
  const [load, or] = isa.lanes === 16 ? (["vbroadcasti32x4", "vpord"] as const) : (["vbroadcasti128", "vpor"] as const);
  for (let chunk = 0; chunk < 16; chunk++) {
    const target = chunk === 0 ? chosen : part;
    sink.emit("vpaddusb", index, bytes, constant("outside"));
    sink.emit(load, target, mem(table, { disp: 16 * chunk }));
    sink.emit("vpshufb", target, target, index);
    if (chunk > 0) sink.emit(or, chosen, chosen, part);
    if (chunk < 15) sink.emit("vpsubb", bytes, bytes, constant("sixteen"));
  }
  sink.emit("vmovaps", bytes, chosen);
}
