/** Three-operand opmask logic: byte, word, doubleword, quadword. */
const logic = (opcode: string) =>
  ({
    b: [`vex.l256.66.0f.w0 ${opcode} RVM k, k, k | mask dq`],
    w: [`vex.l256.0f.w0 ${opcode} RVM k, k, k | mask`],
    d: [`vex.l256.66.0f.w1 ${opcode} RVM k, k, k | mask bw`],
    q: [`vex.l256.0f.w1 ${opcode} RVM k, k, k | mask bw`],
  }) as const;

/** Two-operand opmask instructions. */
const unary = (opcode: string, wordFeature = "") =>
  ({
    b: [`vex.l128.66.0f.w0 ${opcode} RM k, k | mask dq`],
    w: [`vex.l128.0f.w0 ${opcode} RM k, k | mask ${wordFeature}`],
    d: [`vex.l128.66.0f.w1 ${opcode} RM k, k | mask bw`],
    q: [`vex.l128.0f.w1 ${opcode} RM k, k | mask bw`],
  }) as const;

const shift = (word: string, wide: string) =>
  ({
    b: [`vex.l128.66.0f3a.w0 ${word} RMI k, k, ib | mask dq`],
    w: [`vex.l128.66.0f3a.w1 ${word} RMI k, k, ib | mask`],
    d: [`vex.l128.66.0f3a.w0 ${wide} RMI k, k, ib | mask bw`],
    q: [`vex.l128.66.0f3a.w1 ${wide} RMI k, k, ib | mask bw`],
  }) as const;

/** Opmask instructions (VEX-encoded). */
export const maskTable = {
  kmovb: [
    "vex.l128.66.0f.w0 90 RM k, k/m8 | mask dq",
    "vex.l128.66.0f.w0 91 MR m8, k | mask dq",
    "vex.l128.66.0f.w0 92 RM k, r32 | mask dq",
    "vex.l128.66.0f.w0 93 RM r32, k | mask dq",
  ],
  kmovw: [
    "vex.l128.0f.w0 90 RM k, k/m16 | mask",
    "vex.l128.0f.w0 91 MR m16, k | mask",
    "vex.l128.0f.w0 92 RM k, r32 | mask",
    "vex.l128.0f.w0 93 RM r32, k | mask",
  ],
  kmovd: [
    "vex.l128.66.0f.w1 90 RM k, k/m32 | mask bw",
    "vex.l128.66.0f.w1 91 MR m32, k | mask bw",
    "vex.l128.f2.0f.w0 92 RM k, r32 | mask bw",
    "vex.l128.f2.0f.w0 93 RM r32, k | mask bw",
  ],
  kmovq: [
    "vex.l128.0f.w1 90 RM k, k/m64 | mask bw",
    "vex.l128.0f.w1 91 MR m64, k | mask bw",
    "vex.l128.f2.0f.w1 92 RM k, r64 | mask bw",
    "vex.l128.f2.0f.w1 93 RM r64, k | mask bw",
  ],
  kandb: logic("41").b,
  kandw: logic("41").w,
  kandd: logic("41").d,
  kandq: logic("41").q,
  kandnb: logic("42").b,
  kandnw: logic("42").w,
  kandnd: logic("42").d,
  kandnq: logic("42").q,
  korb: logic("45").b,
  korw: logic("45").w,
  kord: logic("45").d,
  korq: logic("45").q,
  kxnorb: logic("46").b,
  kxnorw: logic("46").w,
  kxnord: logic("46").d,
  kxnorq: logic("46").q,
  kxorb: logic("47").b,
  kxorw: logic("47").w,
  kxord: logic("47").d,
  kxorq: logic("47").q,
  kaddb: logic("4a").b,
  kaddw: ["vex.l256.0f.w0 4a RVM k, k, k | mask dq"],
  kaddd: logic("4a").d,
  kaddq: logic("4a").q,
  kunpckbw: ["vex.l256.66.0f.w0 4b RVM k, k, k | mask"],
  kunpckwd: ["vex.l256.0f.w0 4b RVM k, k, k | mask bw"],
  kunpckdq: ["vex.l256.0f.w1 4b RVM k, k, k | mask bw"],
  knotb: unary("44").b,
  knotw: unary("44").w,
  knotd: unary("44").d,
  knotq: unary("44").q,
  kortestb: unary("98").b,
  kortestw: unary("98").w,
  kortestd: unary("98").d,
  kortestq: unary("98").q,
  ktestb: unary("99").b,
  ktestw: unary("99", "dq").w,
  ktestd: unary("99").d,
  ktestq: unary("99").q,
  kshiftrb: shift("30", "31").b,
  kshiftrw: shift("30", "31").w,
  kshiftrd: shift("30", "31").d,
  kshiftrq: shift("30", "31").q,
  kshiftlb: shift("32", "33").b,
  kshiftlw: shift("32", "33").w,
  kshiftld: shift("32", "33").d,
  kshiftlq: shift("32", "33").q,
} as const satisfies Readonly<Record<string, readonly string[]>>;
