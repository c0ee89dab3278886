import type { FormOperand, ImmediateKind } from "./form.ts";
import { flagBits, flags, kinds } from "./operand-kind.ts";

/** What the meaning of an operand depends on beside its text. */
export interface OperandContext {
  readonly encoding: "legacy" | "vex" | "evex";
  /** Operand width or vector length of the form, in bits. */
  readonly width: number;
}

type Draft = { -readonly [Key in keyof FormOperand]: FormOperand[Key] } & { registerBits: number };

const anyXmm = kinds.xmm | kinds.xmmHigh;
const anyYmm = kinds.ymm | kinds.ymmHigh;
const anyZmm = kinds.zmm | kinds.zmmHigh;
/** What VEX cannot name. */
const evexOnly =
  kinds.xmmHigh |
  kinds.ymmHigh |
  anyZmm |
  kinds.vectorIndexXHigh |
  kinds.vectorIndexYHigh |
  kinds.vectorIndexZ |
  kinds.vectorIndexZHigh |
  kinds.broadcast;

const vectorOfBits = (bits: number): number => (bits === 512 ? anyZmm : bits === 256 ? anyYmm : anyXmm);

/** Registers whose width does not depend on the form. */
const fixedRegisters: Readonly<Record<string, readonly [accepts: number, bits: number]>> = {
  r8: [kinds.r8, 8],
  r16: [kinds.r16, 16],
  r32: [kinds.r32, 32],
  r64: [kinds.r64, 64],
  k: [kinds.k, 0],
  x: [anyXmm, 128],
  y: [anyYmm, 256],
  z: [anyZmm, 512],
};
const generalOfBits: Readonly<Record<number, number>> = { 8: kinds.r8, 16: kinds.r16, 32: kinds.r32, 64: kinds.r64 };
/** Parts of the form's vector length; a register is xmm at least. */
const divisors: Readonly<Record<string, number>> = { v: 1, h: 2, q: 4, e: 8 };
const vectorIndices: Readonly<Record<string, number>> = {
  x: kinds.vectorIndexX | kinds.vectorIndexXHigh,
  y: kinds.vectorIndexY | kinds.vectorIndexYHigh,
  z: kinds.vectorIndexZ | kinds.vectorIndexZHigh,
};
const immediates: Readonly<Record<string, ImmediateKind>> = { ib: "ib", is: "is", iz: "iz", iq: "iq", "1": "one" };

function addRegister(draft: Draft, token: string, width: number): boolean {
  const fixed = fixedRegisters[token];
  const divisor = divisors[token];
  if (fixed !== undefined) {
    draft.accepts |= fixed[0];
    draft.registerBits = fixed[1];
  } else if (divisor !== undefined) {
    draft.registerBits = width / divisor;
    draft.accepts |= vectorOfBits(draft.registerBits);
  } else if (token === "r" || token === "a") {
    draft.registerBits = width;
    draft.accepts |= generalOfBits[width] ?? 0;
    if (token === "a") draft.fixedIndex = 0;
  } else if (token === "cl") {
    draft.accepts |= kinds.r8;
    draft.fixedIndex = 1;
  } else return false;
  return true;
}

function addMemory(draft: Draft, token: string, width: number): boolean {
  const [, letters, size = "", index = ""] = /^(v?m[hqe]?|b)(\d*)([xyz]?)$/.exec(token) ?? [];
  if (letters === undefined) return false;
  if (letters === "b") {
    draft.accepts |= kinds.broadcast;
    draft.broadcastBits = Number(size);
  } else if (letters === "vm") {
    draft.accepts |= vectorIndices[index] ?? 0;
    draft.memoryBits = Number(size);
  } else {
    draft.accepts |= kinds.memory;
    const part = width / (divisors[letters.slice(1)] ?? 1);
    draft.memoryBits = size === "" ? draft.registerBits || part : Number(size);
  }
  return true;
}

function addImmediate(draft: Draft, token: string): boolean {
  const immediate = immediates[token];
  if (immediate === undefined) return false;
  draft.accepts |= kinds.immediate;
  draft.immediate = immediate;
  return true;
}

/** An operand that accepts these kinds and has no other property. */
export const plainOperand = (accepts: number): FormOperand => ({
  accepts,
  memoryBits: 0,
  broadcastBits: 0,
  needsMask: false,
  fixedIndex: undefined,
  immediate: undefined,
});

/** One operand of the notation of docs/assembler.md. Throws on a token it does not know. */
export function parseOperand(text: string, { encoding, width }: OperandContext): FormOperand {
  const [alternatives = "", decoration] = text.split("{");
  const draft: Draft = { ...plainOperand(0), registerBits: 0 };
  for (const token of alternatives.split("/")) {
    if (!addRegister(draft, token, width) && !addMemory(draft, token, width) && !addImmediate(draft, token)) {
      throw new Error(`Unknown operand ${token} in ${text}.`);
    }
  }
  const { registerBits: _, ...operand } = draft;
  if (encoding !== "evex") return { ...operand, accepts: operand.accepts & ~evexOnly };
  const masks = decoration === undefined ? 0 : decoration === "kz}" ? flagBits : flags.masked;
  return { ...operand, accepts: operand.accepts | masks, needsMask: decoration === "K}" };
}
