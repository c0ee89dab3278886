import { type RegisterClass, registerKind } from "./operand-kind.ts";

/** A register as an instruction names it; one frozen object per name. */
export interface Register {
  readonly kind: "register";
  readonly class: RegisterClass;
  /** Number in encodings: 0 to 15, vectors 0 to 31, opmasks 0 to 7. */
  readonly index: number;
  readonly name: string;
  /** What instruction forms match against, see operand-kind.ts. */
  readonly accepts: number;
}

/** Widths a general or vector register can be viewed at, in bits. */
export type RegisterBits = 8 | 16 | 32 | 64 | 128 | 256 | 512;

function registers(registerClass: RegisterClass, names: readonly string[]): readonly Register[] {
  return names.map((name, index) =>
    Object.freeze({
      kind: "register" as const,
      class: registerClass,
      index,
      name,
      accepts: registerKind(registerClass, index),
    }),
  );
}

const numbered = (prefix: string, count: number, suffix = ""): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}${suffix}`);

const legacyNames = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
const high = (suffix: string): string[] => numbered("r", 16, suffix).slice(8);

const files: Readonly<Record<RegisterClass, readonly Register[]>> = {
  r8: registers("r8", ["al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", ...high("b")]),
  r16: registers("r16", [...legacyNames, ...high("w")]),
  r32: registers("r32", [...legacyNames.map((name) => `e${name}`), ...high("d")]),
  r64: registers("r64", [...legacyNames.map((name) => `r${name}`), ...high("")]),
  xmm: registers("xmm", numbered("xmm", 32)),
  ymm: registers("ymm", numbered("ymm", 32)),
  zmm: registers("zmm", numbered("zmm", 32)),
  k: registers("k", numbered("k", 8)),
};

function take(registerClass: RegisterClass, index: number): Register {
  const register = files[registerClass][index];
  if (register === undefined) throw new Error(`There is no register ${registerClass} ${index}.`);
  return register;
}

/** 128-bit vector register 0 to 31. */
export const xmm = (index: number): Register => take("xmm", index);
/** 256-bit vector register 0 to 31. */
export const ymm = (index: number): Register => take("ymm", index);
/** 512-bit vector register 0 to 31. */
export const zmm = (index: number): Register => take("zmm", index);
/** Opmask register 0 to 7. */
export const k = (index: number): Register => take("k", index);
/** 64-bit general register by number: 0 rax, 1 rcx, 2 rdx, 3 rbx, 4 rsp, 5 rbp, 6 rsi, 7 rdi, 8 to 15. */
export const r64 = (index: number): Register => take("r64", index);

const classOfBits: Readonly<Record<RegisterBits, RegisterClass>> = {
  8: "r8",
  16: "r16",
  32: "r32",
  64: "r64",
  128: "xmm",
  256: "ymm",
  512: "zmm",
};

const isVector = (registerClass: RegisterClass): boolean => registerClass.endsWith("mm");

/** The same physical register at another width: `resize(rax, 32)` is eax, `resize(zmm(3), 128)` is xmm3. */
export function resize(register: Register, bits: RegisterBits): Register {
  const target = classOfBits[bits];
  if (register.class === "k" || isVector(register.class) !== isVector(target)) {
    throw new Error(`${register.name} has no ${bits}-bit view.`);
  }
  return take(target, register.index);
}

export const rax = r64(0);
export const rcx = r64(1);
export const rdx = r64(2);
export const rbx = r64(3);
export const rsp = r64(4);
export const rbp = r64(5);
export const rsi = r64(6);
export const rdi = r64(7);
export const r8 = r64(8);
export const r9 = r64(9);
export const r10 = r64(10);
export const r11 = r64(11);
export const r12 = r64(12);
export const r13 = r64(13);
export const r14 = r64(14);
export const r15 = r64(15);
export const eax = resize(rax, 32);
export const ecx = resize(rcx, 32);
export const edx = resize(rdx, 32);
export const ebx = resize(rbx, 32);
export const esi = resize(rsi, 32);
export const edi = resize(rdi, 32);
export const al = resize(rax, 8);
export const cl = resize(rcx, 8);
export const dl = resize(rdx, 8);
