import type { Form, FormOperand, ImmediateKind } from "./form.ts";
import { formatOperand } from "./format-operand.ts";
import { flagBits, kinds } from "./operand-kind.ts";
import type { Memory, Operand } from "./operand.ts";
import { parseForms } from "./parse-form.ts";
import type { Register } from "./register.ts";
import { instructionTable, type Mnemonic } from "./tables/index.ts";

/** Memo of a pure function: forms by mnemonic, parsed from the tables when first asked for. */
const parsed = new Map<Mnemonic, readonly Form[]>();

/** Forms of an instruction in order of preference: as in the tables, but VEX, the shorter, before EVEX. */
export function formsOf(mnemonic: Mnemonic): readonly Form[] {
  let forms = parsed.get(mnemonic);
  if (forms === undefined) {
    const lines: readonly string[] = instructionTable[mnemonic];
    const all = lines.flatMap((line) => parseForms(mnemonic, line));
    const isEvex = (form: Form): boolean => form.encoding === "evex";
    forms = markAmbiguous([...all.filter((form) => !isEvex(form)), ...all.filter(isEvex)]);
    parsed.set(mnemonic, forms);
  }
  return forms;
}

/** Two forms that take the same operands but for the width of memory cannot be told apart by the operands. */
function markAmbiguous(forms: readonly Form[]): readonly Form[] {
  const shared = (one: Form, other: Form, at: number): number =>
    (one.operands[at]?.accepts ?? 0) & (other.operands[at]?.accepts ?? 0) & ~flagBits;
  const differ = (one: Form, other: Form): boolean =>
    one.operands.length === other.operands.length &&
    one.operands.every((_, at) => shared(one, other, at) !== 0) &&
    one.operands.some(
      (operand, at) =>
        (shared(one, other, at) & (kinds.memory | kinds.broadcast)) !== 0 &&
        operand.memoryBits !== other.operands[at]?.memoryBits,
    );
  return forms.map((form) => ({ ...form, ambiguousMemory: forms.some((other) => differ(form, other)) }));
}

function fitsImmediate(value: number | bigint, kind: ImmediateKind | undefined, width: number): boolean {
  const number = typeof value === "number" ? value : Number(width === 64 ? signed64(value) : value);
  if (!Number.isInteger(number)) return false;
  switch (kind) {
    case "one":
      return number === 1;
    case "ib":
      return number >= -128 && number <= 255;
    case "is":
      return (number >= -128 && number <= 127) || isSignExtended(number, width);
    case "iq":
      return typeof value === "number" ? Number.isSafeInteger(value) : value >= -(2n ** 63n) && value < 2n ** 64n;
    case "iz":
      if (width === 16) return number >= -32768 && number <= 65535;
      return number >= -(2 ** 31) && number < (width === 32 ? 2 ** 32 : 2 ** 31);
    default:
      return false;
  }
}

/** 64-bit pattern as a signed number; what has more bits stays as it is, and so fits nowhere. */
const signed64 = (value: bigint): bigint => (value >> 63n === 1n ? value - 2n ** 64n : value);

/** Unsigned spelling of a negative byte at 16 or 32 bits, such as 0xfffffff0. */
const isSignExtended = (value: number, width: number): boolean =>
  (width === 16 || width === 32) && value >= 2 ** width - 128 && value < 2 ** width;

function fitsMemory(memory: Memory, bits: number, form: Form): boolean {
  if (memory.bits === undefined) return !form.ambiguousMemory;
  return bits === 0 || memory.bits === bits;
}

function fits(operand: Operand, expected: FormOperand, form: Form): boolean {
  if (typeof operand === "number" || typeof operand === "bigint") {
    return (expected.accepts & kinds.immediate) !== 0 && fitsImmediate(operand, expected.immediate, form.width);
  }
  const { accepts } = operand;
  if ((accepts & expected.accepts & ~flagBits) === 0 || (accepts & flagBits & ~expected.accepts) !== 0) return false;
  if (operand.kind === "masked") {
    return operand.operand.kind === "register" || fitsMemory(operand.operand, expected.memoryBits, form);
  }
  if (expected.needsMask) return false;
  if (operand.kind === "register") return expected.fixedIndex === undefined || operand.index === expected.fixedIndex;
  if (operand.kind === "memory") return fitsMemory(operand, expected.memoryBits, form);
  if (operand.kind === "broadcast") {
    return operand.lanes === undefined
      ? !form.ambiguousMemory
      : operand.lanes * expected.broadcastBits === expected.memoryBits;
  }
  return true;
}

/** GNU as saves a byte on moves from xmm8-15 to xmm0-7 by the store opcode, whose two-byte prefix can name them. */
const storeIsShorter = (form: Form, operands: readonly Operand[]): boolean => {
  const target = operands[form.reg];
  const source = operands[form.rm];
  const isRegister = (operand: Operand | undefined): operand is Register =>
    typeof operand === "object" && operand.kind === "register";
  return isRegister(target) && isRegister(source) && target.index < 8 && source.index >= 8;
};

function takes(form: Form, operands: readonly Operand[]): boolean {
  if (form.operands.length !== operands.length) return false;
  for (const [at, expected] of form.operands.entries()) {
    const operand = operands[at];
    if (operand === undefined || !fits(operand, expected, form)) return false;
  }
  return !form.yieldsToStore || !storeIsShorter(form, operands);
}

/** First form that takes the operands. Throws where none does, naming what was given. */
export function selectForm(mnemonic: Mnemonic, operands: readonly Operand[]): Form {
  const forms = formsOf(mnemonic);
  const found = forms.find((form) => takes(form, operands));
  if (found !== undefined) return found;
  const given = operands.map((operand) => formatOperand(operand)).join(", ");
  const hint = forms.some((form) => form.ambiguousMemory) ? " Its memory operands may need `bits` (or `lanes`)." : "";
  throw new Error(`No form of ${mnemonic} takes (${given}).${hint}`);
}
