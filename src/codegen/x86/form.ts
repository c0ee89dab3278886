import type { CpuFeature } from "../kernel.ts";
import type { Mnemonic } from "./tables/index.ts";

/**
 * How an immediate is stored: `ib` a byte, `is` a byte the processor sign-extends, `iz` two bytes at 16 bits and else
 * four (sign-extended at 64), `iq` eight; `one` is the constant 1 and not stored.
 */
export type ImmediateKind = "ib" | "is" | "iz" | "iq" | "one";

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
  readonly immediate: ImmediateKind | undefined;
}

/** Positions of the operands that the fields of an encoding hold; -1 where a field is not used. */
export interface FormRoles {
  /** ModRM.reg. */
  readonly reg: number;
  /** VEX.vvvv or EVEX.vvvv. */
  readonly vvvv: number;
  /** ModRM.rm: register or memory. */
  readonly rm: number;
  /** Low bits of the opcode. */
  readonly opcodeRegister: number;
  /** Upper half of a trailing byte. */
  readonly is4: number;
  readonly immediate: number;
  /** Static rounding, no field of its own. */
  readonly rounding: number;
}

/** One encoding of one instruction with fixed widths. */
export interface Form extends FormRoles {
  readonly mnemonic: Mnemonic;
  readonly encoding: "legacy" | "vex" | "evex" | "jump";
  /** Operand width in bits of legacy forms, vector length of the others; 0 when there is none. */
  readonly width: number;
  /** 0 none, 1 66, 2 F3, 3 F2. */
  readonly prefix: number;
  /** 0 one-byte, 1 0F, 2 0F38, 3 0F3A. */
  readonly map: number;
  readonly w: number;
  readonly opcode: number;
  /** Fixed ModRM.reg, or -1. */
  readonly digit: number;
  /** Bytes that one step of an 8-bit displacement stands for. */
  readonly displacementUnit: number;
  readonly operands: readonly FormOperand[];
  /** Memory width must be said: other forms differ from this one by it alone. */
  readonly ambiguousMemory: boolean;
  /** A load whose store twin is a byte shorter when the source is xmm8-15 and the destination xmm0-7. */
  readonly yieldsToStore: boolean;
  readonly features: readonly CpuFeature[];
}
