import type { Register } from "../../../../src/codegen/x86/index.ts";
import { k, masked, mem } from "../../../../src/codegen/x86/index.ts";
import type { EpilogueContext } from "./epilogue-context.ts";

/** Replaces each byte of a register by the byte of the table that it names. */
export function emitLookup(context: EpilogueContext, bytes: Register): void {
  if (context.isa.permutesBytes) emitLookupByPermutation(context, bytes);
  else emitLookupByShuffles(context, bytes);
}

/** Two look-ups in 128 bytes each; the top bit of the index chooses between them. */
function emitLookupByPermutation({ assembler, registers, temporaries }: EpilogueContext, bytes: Register): void {
  const table = registers.table as Register;
  const [low, high] = temporaries as readonly [Register, Register];
  assembler.emit("vmovups", low, mem(table));
  assembler.emit("vmovups", high, mem(table, { disp: 128 }));
  assembler.emit("vpermt2b", low, bytes, mem(table, { disp: 64 }));
  assembler.emit("vpermt2b", high, bytes, mem(table, { disp: 192 }));
  assembler.emit("vpmovb2m", registers.masks.lookup, bytes);
  assembler.emit("vpblendmb", masked(bytes, registers.masks.lookup), low, high);
}

/**
 * Sixteen look-ups in 16 bytes each: `vpshufb` gives 0 where the top bit is set, which a saturating addition of 0x70
 * does to every index outside 0 … 15.
 */
function emitLookupByShuffles(context: EpilogueContext, bytes: Register): void {
  const { assembler, constant, isa, registers } = context;
  const table = registers.table as Register;
  const [index, part, chosen] = context.temporaries as readonly [Register, Register, Register];
  const [load, or] = isa.lanes === 16 ? (["vbroadcasti32x4", "vpord"] as const) : (["vbroadcasti128", "vpor"] as const);
  for (let chunk = 0; chunk < 16; chunk++) {
    const target = chunk === 0 ? chosen : part;
    assembler.emit("vpaddusb", index, bytes, constant("outside"));
    assembler.emit(load, target, mem(table, { disp: 16 * chunk }));
    assembler.emit("vpshufb", target, target, index);
    if (chunk > 0) assembler.emit(or, chosen, chosen, part);
    if (chunk < 15) assembler.emit("vpsubb", bytes, bytes, constant("sixteen"));
  }
  assembler.emit("vmovaps", bytes, chosen);
}
