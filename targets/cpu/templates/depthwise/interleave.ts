import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import type { VectorUse } from "./registers.ts";

/**
 * Emits the interleaving of up to `groupRows` rows of bytes: element c of the vectors `targets` becomes the bytes (16-bit
 * words where `zero` is given) of channel c in all rows. Places of rows that are missing hold anything.
 */
export function emitInterleave(
  assembler: Assembler,
  rows: readonly Memory[],
  targets: readonly Register[],
  { temporaries, index, zero }: Pick<VectorUse, "temporaries" | "index" | "zero">,
): void {
  const [low, high] = temporaries;
  const [first, second, third, fourth] = targets as readonly [Register, ...(Register | undefined)[]];
  const wide = third !== undefined;
  const load = (target: Register, row: Memory): void => {
    if (index === undefined) assembler.emit("vmovups", target, row);
    else assembler.emit("vpermd", target, index, row);
  };
  /** Pairs of bytes of two rows in `lower` and, for more than two vectors, `upper`; both rows may be one. */
  const pair = (a: Memory, b: Memory | undefined, lower: Register, upper: Register, spare: Register): void => {
    load(lower, a);
    if (b !== undefined && index !== undefined) load(spare, b);
    const other = b === undefined ? lower : index === undefined ? b : spare;
    if (wide) assembler.emit("vpunpckhbw", upper, lower, other);
    assembler.emit("vpunpcklbw", lower, lower, other);
  };
  const [a, b, c, d] = rows as readonly [Memory, ...(Memory | undefined)[]];
  pair(a, b, low, high, first);
  if (zero !== undefined) {
    emitHalves(assembler, ["vpunpcklbw", "vpunpckhbw"], low, zero, first, second);
    if (wide) emitHalves(assembler, ["vpunpcklbw", "vpunpckhbw"], high, zero, third, fourth);
    return;
  }
  const words = ["vpunpcklwd", "vpunpckhwd"] as const;
  if (c === undefined) {
    emitHalves(assembler, words, low, low, first, second);
    if (wide) emitHalves(assembler, words, high, high, third, fourth);
    return;
  }
  // The second pair stands where the last results will: each is overwritten by the instruction that reads it last.
  const [lower, upper] = [second ?? first, fourth ?? third ?? first];
  pair(c, d, lower, upper, first === lower ? high : first);
  emitHalves(assembler, words, low, lower, first, second);
  if (wide) emitHalves(assembler, words, high, upper, third, fourth);
}

function emitHalves(
  assembler: Assembler,
  [lowHalf, highHalf]: readonly ["vpunpcklbw" | "vpunpcklwd", "vpunpckhbw" | "vpunpckhwd"],
  a: Register,
  b: Register,
  first: Register,
  second: Register | undefined,
): void {
  assembler.emit(lowHalf, first, a, b);
  if (second !== undefined) assembler.emit(highHalf, second, a, b);
}
