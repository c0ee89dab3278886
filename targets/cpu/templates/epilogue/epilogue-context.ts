import type { ChannelOrder } from "../../../../src/codegen/index.ts";
import type { Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";
import type { Epilogue } from "../../workload.ts";
import type { ConstantRow } from "./constant-rows.ts";
import { constantRows, rowOffset } from "./constant-rows.ts";
import { geluTemporaries } from "./gelu-rows.ts";
import type { VectorIsa } from "./vector-isa.ts";

/** A memory place: displacement in bytes from a pointer. */
export interface Address {
  readonly base: Register;
  readonly displacement: number;
}

/** Neighbouring accumulators whose elements are neighbours in y. */
export interface Segment {
  /** Index of the first accumulator within the group. */
  readonly first: number;
  /** Channels to write, at most `lanes` for each accumulator: the last may be partial. */
  readonly channels: number;
  readonly y: Address;
  /** The residual's elements; read by whole vectors of `lanes` bytes. */
  readonly residual: Address | undefined;
}

/** One to four accumulators that are packed together. */
export interface AccumulatorGroup {
  readonly accumulators: readonly Register[];
  /** Multipliers of each accumulator, in its order of channels; undefined for float32 sums that are scaled already. */
  readonly multipliers: readonly Address[] | undefined;
  /** Bytes from each multiplier to the float32 number that is added to what it scales; undefined where none is. */
  readonly shift?: number;
  readonly segments: readonly Segment[];
}

/** What an epilogue may use; all of it is free between tiles. */
export interface EpilogueRegisters {
  /** The argument `params`; undefined where {@link constantRows} is empty. */
  readonly params: Register | undefined;
  /** The argument `table`. */
  readonly table: Register | undefined;
  /** At least {@link epilogueRegisters}; those that are not needed as temporaries hold constants. */
  readonly vectors: readonly Register[];
  /** Overwritten by stores of partial vectors. */
  readonly scalar: Register;
  /** Mask registers; look-ups need one of their own. */
  readonly masks: { readonly store: Register; readonly lookup: Register };
}

/** What an epilogue is emitted for. */
export interface EpilogueOptions {
  readonly isa: VectorIsa;
  readonly epilogue: Epilogue;
  /** Order of channels within the accumulators; `quad64` takes groups of four, and one segment. */
  readonly order: ChannelOrder;
  readonly registers: EpilogueRegisters;
}

/** What the parts of an epilogue share. */
export interface EpilogueContext extends EpilogueOptions {
  /** Vector registers free to overwrite. */
  readonly temporaries: readonly Register[];
  /** Constants that live in registers from `load` on. */
  readonly homes: ReadonlyMap<ConstantRow, Register>;
  /** The constant in memory. */
  stored(row: ConstantRow): Memory;
  /** The constant as a source operand. */
  constant(row: ConstantRow): Memory | Register;
  /** The constant in a register: only `fixed` and `order`, which instructions take from nowhere else. */
  resident(row: "fixed" | "order"): Register;
}

/** Shares out the free vector registers: temporaries first, the rest to the constants that are used most. */
export function createEpilogueContext(options: EpilogueOptions): EpilogueContext {
  const { epilogue, isa, registers } = options;
  const rows = constantRows(epilogue, isa);
  const temporaries = registers.vectors.slice(0, temporaryCount(options));
  const homes = new Map<ConstantRow, Register>();
  const wanted = residentOrder.filter((row) => rows.includes(row) && (row !== "order" || options.order === "natural"));
  registers.vectors.slice(temporaries.length).forEach((register, index) => {
    const row = wanted[index];
    if (row !== undefined) homes.set(row, register);
  });
  const stored = (row: ConstantRow): Memory => mem(registers.params as Register, { disp: rowOffset(rows, row) });
  return {
    ...options,
    temporaries,
    homes,
    stored,
    constant: (row) => homes.get(row) ?? stored(row),
    resident: (row) => {
      const register = homes.get(row);
      if (register === undefined) throw new Error(`too few vector registers for an epilogue: ${row} has none`);
      return register;
    },
  };
}

const residentOrder: readonly ConstantRow[] = [
  "fixed",
  "order",
  "factorZero",
  "productRatio",
  "productZero",
  "limit",
  "magic",
  "lowest",
  "highest",
  "shift",
  "zero16",
  "floor",
  "divisor",
];

/** Vector registers that an epilogue needs besides the accumulators. */
export function epilogueRegisters(options: Pick<EpilogueOptions, "epilogue" | "isa" | "order">): number {
  const { epilogue, isa, order } = options;
  const resident = constantRows(epilogue, isa).filter(
    (row) => row === "fixed" || (row === "order" && order === "natural"),
  );
  return temporaryCount(options) + resident.length;
}

function temporaryCount({ epilogue, isa, order }: Pick<EpilogueOptions, "epilogue" | "isa" | "order">): number {
  const activation = epilogue.activation === undefined ? 1 : geluTemporaries;
  if (epilogue.out !== "u8") return activation;
  const tables = epilogue.table ? (isa.permutesBytes ? 2 : isa.lanes === 16 ? 4 : 3) : 1;
  const lookup = Math.max(activation, tables);
  if (epilogue.residual === undefined) return lookup;
  return Math.max(lookup, order === "quad64" ? 3 : 1);
}
