import type { Assembler, Register } from "../../../../src/codegen/x86/index.ts";
import { k, masked, mem, ymm, zmm } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "./simd.ts";

/** A look-up of every byte of a register in a table of 256 bytes. */
export interface Lookup {
  /** Emits what must come before the first look-up; the pointer must stay where it is. */
  prepare(): void;
  /** Emits the look-up of the bytes of `vector(n)`, in place. */
  apply(n: number): void;
}

/** Registers of a look-up, by number: what it keeps from one to the next, and what it may overwrite. */
export interface LookupRegisters {
  /** The first of four kept with AVX-512, of one with AVX2. */
  readonly kept: number;
  /** The first of four that are free. */
  readonly free: number;
}

/** Look-ups in the table at `table`; with AVX-512 mask k5 is used, and the table stays in registers. */
export function lookupIn(a: Assembler, simd: Simd, table: Register, registers: LookupRegisters): Lookup {
  if (simd.name === "avx2") return byNibble(a, table, registers);
  return simd.vbmi ? byByte(a, table, registers) : byWord(a, table, registers);
}

function emitTableLoads(a: Assembler, table: Register, first: number): void {
  for (let i = 0; i < 4; i++) a.emit("vmovdqu8", zmm(first + i), mem(table, { disp: 64 * i }));
}

/** VBMI: two permutes of 128 bytes each, chosen between by the top bit. */
function byByte(a: Assembler, table: Register, { kept: first, free }: LookupRegisters): Lookup {
  const [low, high] = [zmm(free), zmm(free + 1)];
  return {
    prepare: () => emitTableLoads(a, table, first),
    apply: (n) => {
      a.emit("vpmovb2m", k(5), zmm(n));
      a.emit("vmovdqa64", low, zmm(n));
      a.emit("vmovdqa64", high, zmm(n));
      a.emit("vpermi2b", low, zmm(first), zmm(first + 1));
      a.emit("vpermi2b", high, zmm(first + 2), zmm(first + 3));
      a.emit("vpblendmb", masked(zmm(n), k(5)), low, high);
    },
  };
}

/** AVX-512BW: the table as 128 words; bit 0 of a byte says which half of the word it is. Even and odd bytes apart. */
function byWord(a: Assembler, table: Register, { kept: first, free }: LookupRegisters): Lookup {
  const [low, high, shift, odd] = [zmm(free), zmm(free + 1), zmm(free + 2), zmm(free + 3)];
  /** Bytes of `low`, one a word, to their entries, in `low`. */
  const words = (): void => {
    a.emit("vpsllw", shift, low, 8);
    a.emit("vpmovw2m", k(5), shift);
    a.emit("vpsllw", shift, shift, 7);
    a.emit("vpsrlw", shift, shift, 12);
    a.emit("vpsrlw", low, low, 1);
    a.emit("vmovdqa64", high, low);
    a.emit("vpermi2w", low, zmm(first), zmm(first + 1));
    a.emit("vpermi2w", high, zmm(first + 2), zmm(first + 3));
    a.emit("vpblendmw", masked(low, k(5)), low, high);
    a.emit("vpsrlvw", low, low, shift);
  };
  return {
    prepare: () => emitTableLoads(a, table, first),
    apply: (n) => {
      a.emit("vpsrlw", low, zmm(n), 8);
      words();
      a.emit("vpsllw", odd, low, 8);
      a.emit("vpsllw", low, zmm(n), 8);
      a.emit("vpsrlw", low, low, 8);
      words();
      a.emit("vpsllw", low, low, 8);
      a.emit("vpsrlw", low, low, 8);
      a.emit("vporq", zmm(n), odd, low);
    },
  };
}

/**
 * AVX2: sixteen tables of sixteen bytes. Subtracting 16 a time brings the bytes of each table to 0 … 15 once; the
 * saturating addition of 0x70 sets the top bit of all others, for which vpshufb gives 0.
 */
function byNibble(a: Assembler, table: Register, { kept, free }: LookupRegisters): Lookup {
  const step = ymm(kept);
  const [bias, index, found, part] = [ymm(free), ymm(free + 1), ymm(free + 2), ymm(free + 3)];
  return {
    prepare: () => {
      a.emit("vpcmpeqd", step, step, step);
      a.emit("vpabsb", step, step);
      a.emit("vpsllw", step, step, 4);
    },
    apply: (n) => {
      a.emit("vpsllw", bias, step, 3);
      a.emit("vpsubb", bias, bias, step);
      for (let i = 0; i < 16; i++) {
        const target = i === 0 ? found : part;
        a.emit("vpaddusb", index, ymm(n), bias);
        a.emit("vbroadcasti128", target, mem(table, { disp: 16 * i }));
        a.emit("vpshufb", target, target, index);
        if (i > 0) a.emit("vpor", found, found, part);
        a.emit("vpsubb", ymm(n), ymm(n), step);
      }
      a.emit("vmovdqa", ymm(n), found);
    },
  };
}
