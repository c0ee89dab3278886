import type { Form, FormOperand, ImmediateKind } from "./form.ts";
import { formatOperand } from "./format-operand.ts";
import { flagBits, kinds } from "./operand-kind.ts";
import type { Memory, Operand } from "./operand.ts";
import { parseForms } from "./parse-form.ts";
import { instructionTable, type Mnemonic } from "./tables/index.ts";

/** Forms by mnemonic, parsed from the tables when first asked for. Filled lazily, the same for everybody. */
const parsed = new Map<Mnemonic, readonly Form[]>();

/** Forms of an instruction, in order of preference. */
export function formsOf(mnemonic: Mnemonic): readonly Form[] {
  let forms = parsed.get(mnemonic);
  if (forms === undefined) {
    forms = instructionTable[mnemonic].flatMap((line) => parseForms(mnemonic, line));
    markAmbiguous(forms);
    parsed.set(mnemonic, forms);
  }
  return forms;
}

/** Two forms that take the same operands but for the width of memory cannot be told apart by the operands. */
function markAmbiguous(forms: readonly Form[]): void {
  for (const one of forms) {
    one.ambiguousMemory = forms.some(
      (other) =>
        other.operands.length === one.operands.length &&
        one.operands.every(({ accepts }, at) => (accepts & (other.operands[at]?.accepts ?? 0) & ~flagBits) !== 0) &&
        one.operands.some((operand, at) => {
          const twin = other.operands[at];
          return (
            (operand.accepts & (twin?.accepts ?? 0) & kinds.memory) !== 0 && operand.memoryBits !== twin?.memoryBits
          );
        }),
    );
  }
}

function fitsImmediate(value: number | bigint, kind: ImmediateKind | "one" | undefined, width: number): boolean {
  if (kind === "iq") return true;
  const number = Number(value);
  switch (kind) {
    case "one":
      return number === 1;
    case "ib":
      return number >= -128 && number <= 255;
    case "is":
      return (number >= -128 && number <= 127) || isSignExtended(number, width);
    case "iw":
      return number >= -32768 && number <= 65535;
    case "iz":
      if (width === 16) return number >= -32768 && number <= 65535;
      return number >= -(2 ** 31) && number < (width === 32 ? 2 ** 32 : 2 ** 31);
    default:
      return false;
  }
}

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

/** First form that takes the operands. Throws where none does, naming what was given and what there is. */
export function selectForm(mnemonic: Mnemonic, operands: readonly Operand[]): Form {
  const forms = formsOf(mnemonic);
  next: for (const form of forms) {
    if (form.operands.length !== operands.length) continue;
    for (let at = 0; at < operands.length; at++) {
      if (!fits(operands[at]!, form.operands[at]!, form)) continue next;
    }
    return form;
  }
  const given = operands.map((operand) => formatOperand(operand)).join(", ");
  const hint = forms.some((form) => form.ambiguousMemory)
    ? " Memory operands of this instruction may need `bits`."
    : "";
  throw new Error(`No form of ${mnemonic} takes (${given}).${hint}`);
}
