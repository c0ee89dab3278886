import { bitTable } from "./bit.ts";
import { floatTable } from "./float.ts";
import { integerTable } from "./integer.ts";
import { legacyTable } from "./legacy.ts";
import { maskTable } from "./mask.ts";
import { moveTable } from "./move.ts";
import { shuffleTable } from "./shuffle.ts";

/** Every instruction the assembler knows: mnemonic to lines of the notation of docs/assembler.md. */
export const instructionTable = {
  ...legacyTable,
  ...bitTable,
  ...maskTable,
  ...moveTable,
  ...integerTable,
  ...floatTable,
  ...shuffleTable,
};

/** Name of an instruction. A `{vex}` prefix asks for the AVX-VNNI encoding, as in GNU as. */
export type Mnemonic = keyof typeof instructionTable;

/** All names, in the order of the tables. */
export const mnemonics = Object.keys(instructionTable) as readonly Mnemonic[];
