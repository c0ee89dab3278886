import type { Assembler, Memory, Register } from "../../../../../src/codegen/x86/index.ts";
import type { Simd } from "../../bytes/simd.ts";

/** What a function is emitted with. */
export interface FunctionContext {
  readonly a: Assembler;
  readonly simd: Simd;
  /** Argument and result. */
  readonly value: Register;
  /** As many as the body asks for. */
  readonly temporaries: readonly Register[];
  /** The constant of a name: a register or a full vector in memory. */
  constant(name: string): Memory | Register;
}

/** A function of one vector and the constants it reads: numbers, or numbers of the place the kernel is used in. */
export interface FunctionBody {
  readonly temporaries: number;
  readonly constants: Readonly<Record<string, number | { readonly parameter: string }>>;
  emit(context: FunctionContext): void;
}
