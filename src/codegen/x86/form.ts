import type { CpuFeature } from "../kernel.ts";

/** How an immediate is stored and which values fit, see parse-form.ts. */
export type ImmediateKind = "ib" | "is" | "iw" | "iz" | "iq";

/** One operand of a form. */
export interface FormOperand {
  /** Union of kinds and flags of operand-kind.ts. */
  readonly accepts: number;
  /** Width of the access when the operand is memory, in bits; 0 when it has none (lea). */
  readonly memoryBits: number;
  /** Width of a broadcast element, in bits; 0 when broadcast is not allowed. */
  readonly broadcastBits: number;
  /** A mask must be given (gather, scatter). */
  readonly needsMask: boolean;
  /** The only register that fits (accumulator, cl). */
  readonly fixedIndex: number | undefined;
  readonly immediate: ImmediateKind | "one" | undefined;
}

/** One encoding of one instruction with fixed widths. Operand positions are -1 where the field is not used. */
export interface Form {
  readonly mnemonic: string;
  readonly encoding: "legacy" | "vex" | "evex" | "jump";
  /** Operand width in bits of legacy forms, vector length of the others; 0 when there is none. */
  readonly width: number;
  /** 0 none, 1 66, 2 F3, 3 F2. */
  readonly prefix: number;
  /** 0 one-byte, 1 0F, 2 0F38, 3 0F3A, 5, 6. */
  readonly map: number;
  readonly w: number;
  readonly opcode: number;
  /** Fixed ModRM.reg, or -1. */
  readonly digit: number;
  readonly reg: number;
  readonly vvvv: number;
  readonly rm: number;
  /** Operand added to the opcode's low bits. */
  readonly opcodeRegister: number;
  /** Register operand in the upper half of the immediate byte. */
  readonly is4: number;
  readonly immediate: number;
  readonly rounding: number;
  /** Bytes that one step of an 8-bit EVEX displacement stands for. */
  readonly displacementUnit: number;
  readonly operands: readonly FormOperand[];
  /** Memory width must be said: other forms differ from this one by it alone. */
  ambiguousMemory: boolean;
  readonly features: readonly CpuFeature[];
}
