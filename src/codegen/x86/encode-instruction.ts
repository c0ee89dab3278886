import { type CodeBuffer, put, putLittleEndian, reserveInstruction } from "./code-buffer.ts";
import type { Form } from "./form.ts";
import type { Masked, Memory, Operand, RoundingMode } from "./operand.ts";
import type { Register } from "./register.ts";

const prefixBytes = [0, 0x66, 0xf3, 0xf2];
const roundingBits = { "rn-sae": 0, "rd-sae": 1, "ru-sae": 2, "rz-sae": 3, sae: 0 } as const;

/** Register or memory behind a mask or broadcast. */
function addressed(operand: Operand | undefined): Register | Memory | undefined {
  if (typeof operand !== "object") return undefined;
  if (operand.kind === "masked") return operand.operand;
  if (operand.kind === "broadcast") return operand.memory;
  return operand.kind === "register" || operand.kind === "memory" ? operand : undefined;
}

const registerIndex = (operands: readonly Operand[], at: number): number => {
  const register = addressed(operands[at]);
  return register?.kind === "register" ? register.index : 0;
};

/** ModRM, SIB and displacement; an 8-bit displacement counts units of `unit` bytes. */
function putAddress(buffer: CodeBuffer, reg: number, memory: Memory, unit: number): void {
  const { base, index, disp } = memory;
  const low = base.index & 7;
  const scaled = disp / unit;
  const mode = disp === 0 && low !== 5 ? 0 : Number.isInteger(scaled) && scaled >= -128 && scaled <= 127 ? 1 : 2;
  const field = (mode << 6) | ((reg & 7) << 3);
  if (index !== undefined) {
    put(buffer, field | 4);
    const scaleBits = memory.scale === 1 ? 0 : memory.scale === 2 ? 1 : memory.scale === 4 ? 2 : 3;
    put(buffer, (scaleBits << 6) | ((index.index & 7) << 3) | low);
  } else {
    put(buffer, field | low);
    if (low === 4) put(buffer, 0x24);
  }
  if (mode === 1) put(buffer, scaled & 0xff);
  else if (mode === 2) putLittleEndian(buffer, disp, 4);
}

function putModRm(buffer: CodeBuffer, reg: number, rm: Register | Memory, unit: number): void {
  if (rm.kind === "register") put(buffer, 0xc0 | ((reg & 7) << 3) | (rm.index & 7));
  else putAddress(buffer, reg, rm, unit);
}

function putImmediate(buffer: CodeBuffer, form: Form, value: Operand | undefined): void {
  const kind = form.operands[form.immediate]?.immediate;
  if (kind === "iq") {
    const wide = BigInt.asUintN(64, BigInt(value as number | bigint));
    putLittleEndian(buffer, Number(wide & 0xffffffffn) | 0, 4);
    putLittleEndian(buffer, Number(wide >> 32n) | 0, 4);
    return;
  }
  const count = kind === "ib" || kind === "is" ? 1 : form.width === 16 ? 2 : 4;
  putLittleEndian(buffer, typeof value === "bigint" ? Number(BigInt.asIntN(32, value)) : Number(value) | 0, count);
}

const needsRexByIndex = (operand: Operand): boolean =>
  typeof operand === "object" && operand.kind === "register" && operand.class === "r8" && operand.index >= 4;

function putLegacy(buffer: CodeBuffer, form: Form, operands: readonly Operand[]): void {
  const rm = form.rm < 0 ? undefined : addressed(operands[form.rm]);
  const reg = form.digit >= 0 ? form.digit : registerIndex(operands, form.reg);
  const opcodeRegister = registerIndex(operands, form.opcodeRegister);
  if (form.width === 16) put(buffer, 0x66);
  if (form.prefix !== 0) put(buffer, prefixBytes[form.prefix] ?? 0);
  let rex = (form.w << 3) | ((reg >> 3) << 2) | (opcodeRegister >> 3);
  if (rm?.kind === "register") rex |= rm.index >> 3;
  else if (rm !== undefined) rex |= (rm.base.index >> 3) | (((rm.index?.index ?? 0) >> 3) << 1);
  if (rex !== 0 || operands.some(needsRexByIndex)) put(buffer, 0x40 | rex);
  if (form.map === 1) put(buffer, 0x0f);
  put(buffer, form.opcode + (opcodeRegister & 7));
  if (rm !== undefined) putModRm(buffer, reg, rm, 1);
  else if (form.digit >= 0) put(buffer, 0xc0 | (form.digit << 3));
}

function putVex(buffer: CodeBuffer, form: Form, operands: readonly Operand[]): void {
  const rm = form.rm < 0 ? undefined : addressed(operands[form.rm]);
  const reg = form.digit >= 0 ? form.digit : registerIndex(operands, form.reg);
  const vvvv = form.vvvv < 0 ? 0 : registerIndex(operands, form.vvvv);
  const b = rm === undefined ? 0 : (rm.kind === "register" ? rm.index : rm.base.index) >> 3;
  const x = rm?.kind === "memory" ? (rm.index?.index ?? 0) >> 3 : 0;
  const r = reg >> 3;
  const tail = ((~vvvv & 15) << 3) | (form.width === 256 ? 4 : 0) | form.prefix;
  if (b === 0 && x === 0 && form.w === 0 && form.map === 1) {
    put(buffer, 0xc5);
    put(buffer, ((r ^ 1) << 7) | tail);
  } else {
    put(buffer, 0xc4);
    put(buffer, ((r ^ 1) << 7) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | form.map);
    put(buffer, (form.w << 7) | tail);
  }
  put(buffer, form.opcode);
  if (rm !== undefined) putModRm(buffer, reg, rm, 1);
}

function maskOf(operands: readonly Operand[]): Masked | undefined {
  const first = operands[0];
  return typeof first === "object" && first.kind === "masked" ? first : undefined;
}

const roundingOf = (operand: Operand | undefined): RoundingMode | undefined =>
  typeof operand === "object" && operand.kind === "rounding" ? operand.mode : undefined;

function putEvex(buffer: CodeBuffer, form: Form, operands: readonly Operand[]): void {
  const source = operands[form.rm];
  const rm = addressed(source);
  if (rm === undefined) throw new Error(`${form.mnemonic} has no register or memory operand.`);
  const reg = form.digit >= 0 ? form.digit : registerIndex(operands, form.reg);
  let vvvv = form.vvvv < 0 ? 0 : registerIndex(operands, form.vvvv);
  let b: number;
  let x = 0;
  if (rm.kind === "register") {
    b = (rm.index >> 3) & 1;
    x = (rm.index >> 4) & 1;
  } else {
    b = rm.base.index >> 3;
    const index = rm.index?.index ?? 0;
    x = (index >> 3) & 1;
    vvvv |= index & 16;
  }
  const mask = maskOf(operands);
  const broadcasts = typeof source === "object" && source.kind === "broadcast";
  const rounds = form.rounding < 0 ? undefined : roundingOf(operands[form.rounding]);
  const lengthBits = rounds === undefined ? form.width >> 8 : roundingBits[rounds];
  put(buffer, 0x62);
  put(buffer, ((~reg & 8) << 4) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | (~reg & 16) | form.map);
  put(buffer, (form.w << 7) | ((~vvvv & 15) << 3) | 4 | form.prefix);
  put(
    buffer,
    (mask?.zeroing === true ? 0x80 : 0) |
      (lengthBits << 5) |
      (broadcasts || rounds !== undefined ? 0x10 : 0) |
      ((vvvv & 16) === 0 ? 8 : 0) |
      (mask?.mask.index ?? 0),
  );
  put(buffer, form.opcode);
  const expected = form.operands[form.rm];
  const unit = broadcasts ? (expected?.broadcastBits ?? 8) / 8 : form.displacementUnit;
  putModRm(buffer, reg, rm, unit);
}

/** Appends the bytes of one instruction that is not a jump. */
export function encodeInstruction(buffer: CodeBuffer, form: Form, operands: readonly Operand[]): void {
  reserveInstruction(buffer);
  if (form.encoding === "legacy") putLegacy(buffer, form, operands);
  else if (form.encoding === "vex") putVex(buffer, form, operands);
  else putEvex(buffer, form, operands);
  if (form.is4 >= 0) put(buffer, registerIndex(operands, form.is4) << 4);
  if (form.immediate >= 0) putImmediate(buffer, form, operands[form.immediate]);
}
