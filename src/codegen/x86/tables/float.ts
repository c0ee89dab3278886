import { family, type Forms } from "./forms.ts";
type Precision = "ps" | "pd" | "ss" | "sd";

/** Float arithmetic in its four precisions; all share the opcode. */
const arithmetic = <Name extends string>(name: Name, opcode: string, rounding: "er" | "sae") =>
  family<`${Name}${Precision}`>({
    [`${name}ps`]: [`vex+evex.0f.w0 ${opcode} RVM v{kz}, v, v/m/b32 | ${rounding}`],
    [`${name}pd`]: [`vex+evex.66.0f.w0/1 ${opcode} RVM v{kz}, v, v/m/b64 | ${rounding}`],
    [`${name}ss`]: [`vex+evex.lig.f3.0f.w0 ${opcode} RVM x{kz}, x, x/m32 | ${rounding}`],
    [`${name}sd`]: [`vex+evex.lig.f2.0f.w0/1 ${opcode} RVM x{kz}, x, x/m64 | ${rounding}`],
  });

type Order = "132" | "213" | "231";
/** Operand orders of fused instructions, and how far their opcodes are from those of the first. */
const orders: readonly (readonly [Order, number])[] = [
  ["132", 0],
  ["213", 0x10],
  ["231", 0x20],
];

/** Packed fused instructions: alternating addition and subtraction have no scalar form. */
const alternating = <Name extends string>(name: Name, first: number) => {
  const table: Record<string, Forms> = {};
  for (const [order, step] of orders) {
    const opcode = (first + step).toString(16);
    table[`${name}${order}ps`] = [`vex+evex.66.0f38.w0 ${opcode} RVM v{kz}, v, v/m/b32 | fma er`];
    table[`${name}${order}pd`] = [`vex+evex.66.0f38.w1 ${opcode} RVM v{kz}, v, v/m/b64 | fma er`];
  }
  return family<`${Name}${Order}${"ps" | "pd"}`>(table);
};

/** Fused multiply-add in its four precisions; a scalar's opcode follows the packed one. */
const fused = <Name extends string>(name: Name, first: number) => {
  const table: Record<string, Forms> = { ...alternating(name, first) };
  for (const [order, step] of orders) {
    const opcode = (first + step + 1).toString(16);
    table[`${name}${order}ss`] = [`vex+evex.lig.66.0f38.w0 ${opcode} RVM x{kz}, x, x/m32 | fma er`];
    table[`${name}${order}sd`] = [`vex+evex.lig.66.0f38.w1 ${opcode} RVM x{kz}, x, x/m64 | fma er`];
  }
  return family<`${Name}${Order}${Precision}`>(table);
};

/** Bitwise operations on floats. */
const bitwise = <Name extends string>(name: Name, opcode: string) =>
  family<`${Name}${"ps" | "pd"}`>({
    [`${name}ps`]: [`vex+evex.0f.w0 ${opcode} RVM v{kz}, v, v/m/b32 | dq`],
    [`${name}pd`]: [`vex+evex.66.0f.w0/1 ${opcode} RVM v{kz}, v, v/m/b64 | dq`],
  });

/** AVX-512 approximations and exponent tools: two operands packed, three scalar. */
const approximation = <Name extends string>(name: Name, packed: string, scalar: string, rounding = "") =>
  family<`${Name}${Precision}`>({
    [`${name}ps`]: [`evex.66.0f38.w0 ${packed} RM v{kz}, v/m/b32 | ${rounding}`],
    [`${name}pd`]: [`evex.66.0f38.w1 ${packed} RM v{kz}, v/m/b64 | ${rounding}`],
    [`${name}ss`]: [`evex.lig.66.0f38.w0 ${scalar} RVM x{kz}, x, x/m32 | ${rounding}`],
    [`${name}sd`]: [`evex.lig.66.0f38.w1 ${scalar} RVM x{kz}, x, x/m64 | ${rounding}`],
  });

/** Float arithmetic, comparison, conversion and rounding. */
export const floatTable = {
  ...arithmetic("vadd", "58", "er"),
  ...arithmetic("vmul", "59", "er"),
  ...arithmetic("vsub", "5c", "er"),
  ...arithmetic("vmin", "5d", "sae"),
  ...arithmetic("vdiv", "5e", "er"),
  ...arithmetic("vmax", "5f", "sae"),
  vsqrtps: ["vex+evex.0f.w0 51 RM v{kz}, v/m/b32 | er"],
  vsqrtpd: ["vex+evex.66.0f.w0/1 51 RM v{kz}, v/m/b64 | er"],
  vsqrtss: ["vex+evex.lig.f3.0f.w0 51 RVM x{kz}, x, x/m32 | er"],
  vsqrtsd: ["vex+evex.lig.f2.0f.w0/1 51 RVM x{kz}, x, x/m64 | er"],
  ...fused("vfmadd", 0x98),
  ...fused("vfmsub", 0x9a),
  ...fused("vfnmadd", 0x9c),
  ...fused("vfnmsub", 0x9e),
  ...alternating("vfmaddsub", 0x96),
  ...alternating("vfmsubadd", 0x97),
  ...bitwise("vand", "54"),
  ...bitwise("vandn", "55"),
  ...bitwise("vor", "56"),
  ...bitwise("vxor", "57"),
  vrcpps: ["vex.0f 53 RM v, v/m"],
  vrsqrtps: ["vex.0f 52 RM v, v/m"],
  vrcpss: ["vex.lig.f3.0f 53 RVM x, x, x/m32"],
  vrsqrtss: ["vex.lig.f3.0f 52 RVM x, x, x/m32"],
  ...approximation("vrcp14", "4c", "4d"),
  ...approximation("vrsqrt14", "4e", "4f"),
  ...approximation("vgetexp", "42", "43", "sae"),
  vscalefps: ["evex.66.0f38.w0 2c RVM v{kz}, v, v/m/b32 | er"],
  vscalefpd: ["evex.66.0f38.w1 2c RVM v{kz}, v, v/m/b64 | er"],
  vscalefss: ["evex.lig.66.0f38.w0 2d RVM x{kz}, x, x/m32 | er"],
  vgetmantps: ["evex.66.0f3a.w0 26 RMI v{kz}, v/m/b32, ib | sae"],
  vgetmantpd: ["evex.66.0f3a.w1 26 RMI v{kz}, v/m/b64, ib | sae"],
  vrndscaleps: ["evex.66.0f3a.w0 08 RMI v{kz}, v/m/b32, ib | sae"],
  vrndscalepd: ["evex.66.0f3a.w1 09 RMI v{kz}, v/m/b64, ib | sae"],
  vrndscaless: ["evex.lig.66.0f3a.w0 0a RVMI x{kz}, x, x/m32, ib | sae"],
  vreduceps: ["evex.66.0f3a.w0 56 RMI v{kz}, v/m/b32, ib | dq sae"],
  vrangeps: ["evex.66.0f3a.w0 50 RVMI v{kz}, v, v/m/b32, ib | dq sae"],
  vfixupimmps: ["evex.66.0f3a.w0 54 RVMI v{kz}, v, v/m/b32, ib | sae"],
  vroundps: ["vex.66.0f3a 08 RMI v, v/m, ib"],
  vroundpd: ["vex.66.0f3a 09 RMI v, v/m, ib"],
  vroundss: ["vex.lig.66.0f3a 0a RVMI x, x, x/m32, ib"],
  vroundsd: ["vex.lig.66.0f3a 0b RVMI x, x, x/m64, ib"],
  vhaddps: ["vex.f2.0f 7c RVM v, v, v/m"],
  vhaddpd: ["vex.66.0f 7c RVM v, v, v/m"],
  vaddsubps: ["vex.f2.0f d0 RVM v, v, v/m"],
  vdpps: ["vex.66.0f3a 40 RVMI v, v, v/m, ib"],
  vcmpps: ["vex.0f c2 RVMI v, v, v/m, ib", "evex.0f.w0 c2 RVMI k{k}, v, v/m/b32, ib | sae"],
  vcmppd: ["vex.66.0f c2 RVMI v, v, v/m, ib", "evex.66.0f.w1 c2 RVMI k{k}, v, v/m/b64, ib | sae"],
  vcmpss: ["vex.lig.f3.0f c2 RVMI x, x, x/m32, ib", "evex.lig.f3.0f.w0 c2 RVMI k{k}, x, x/m32, ib | sae"],
  vcmpsd: ["vex.lig.f2.0f c2 RVMI x, x, x/m64, ib", "evex.lig.f2.0f.w1 c2 RVMI k{k}, x, x/m64, ib | sae"],
  vcomiss: ["vex+evex.lig.0f.w0 2f RM x, x/m32 | sae"],
  vucomiss: ["vex+evex.lig.0f.w0 2e RM x, x/m32 | sae"],
  vcomisd: ["vex+evex.lig.66.0f.w0/1 2f RM x, x/m64 | sae"],
  vcvtdq2ps: ["vex+evex.0f.w0 5b RM v{kz}, v/m/b32 | er"],
  vcvtps2dq: ["vex+evex.66.0f.w0 5b RM v{kz}, v/m/b32 | er"],
  vcvttps2dq: ["vex+evex.f3.0f.w0 5b RM v{kz}, v/m/b32 | sae"],
  vcvtudq2ps: ["evex.f2.0f.w0 7a RM v{kz}, v/m/b32 | er"],
  vcvtps2udq: ["evex.0f.w0 79 RM v{kz}, v/m/b32 | er"],
  vcvttps2udq: ["evex.0f.w0 78 RM v{kz}, v/m/b32 | sae"],
  vcvtdq2pd: ["vex+evex.f3.0f.w0 e6 RM v{kz}, h/m/b32"],
  vcvtudq2pd: ["evex.f3.0f.w0 7a RM v{kz}, h/m/b32"],
  vcvtps2pd: ["vex+evex.0f.w0 5a RM v{kz}, h/m/b32 | sae"],
  vcvtpd2ps: ["vex+evex.66.0f.w0/1 5a RM h{kz}, v/m/b64 | er"],
  vcvtpd2dq: ["vex+evex.f2.0f.w0/1 e6 RM h{kz}, v/m/b64 | er"],
  vcvttpd2dq: ["vex+evex.66.0f.w0/1 e6 RM h{kz}, v/m/b64 | sae"],
  vcvtqq2pd: ["evex.f3.0f.w1 e6 RM v{kz}, v/m/b64 | dq er"],
  vcvtpd2qq: ["evex.66.0f.w1 7b RM v{kz}, v/m/b64 | dq er"],
  vcvtqq2ps: ["evex.0f.w1 5b RM h{kz}, v/m/b64 | dq er"],
  vcvtss2sd: ["vex+evex.lig.f3.0f.w0 5a RVM x{kz}, x, x/m32 | sae"],
  vcvtsd2ss: ["vex+evex.lig.f2.0f.w0/1 5a RVM x{kz}, x, x/m64 | er"],
  vcvtsi2ss: ["vex+evex.lig.f3.0f.w0 2a RVM x, x, r32/m32", "vex+evex.lig.f3.0f.w1 2a RVM x, x, r64/m64"],
  vcvtsi2sd: ["vex+evex.lig.f2.0f.w0 2a RVM x, x, r32/m32", "vex+evex.lig.f2.0f.w1 2a RVM x, x, r64/m64"],
  vcvtss2si: ["vex+evex.lig.f3.0f.w0 2d RM r32, x/m32 | er", "vex+evex.lig.f3.0f.w1 2d RM r64, x/m32 | er"],
  vcvttss2si: ["vex+evex.lig.f3.0f.w0 2c RM r32, x/m32 | sae", "vex+evex.lig.f3.0f.w1 2c RM r64, x/m32 | sae"],
  vcvtsd2si: ["vex+evex.lig.f2.0f.w0 2d RM r32, x/m64 | er", "vex+evex.lig.f2.0f.w1 2d RM r64, x/m64 | er"],
  vcvttsd2si: ["vex+evex.lig.f2.0f.w0 2c RM r32, x/m64 | sae", "vex+evex.lig.f2.0f.w1 2c RM r64, x/m64 | sae"],
  vcvtph2ps: ["vex+evex.66.0f38.w0 13 RM v{kz}, h/m | sae"],
  vcvtps2ph: ["vex+evex.66.0f3a.w0 1d MRI h{kz}, v, ib | sae", "vex+evex.66.0f3a.w0 1d MRI mh{k}, v, ib"],
  vcvtneps2bf16: ["evex.f3.0f38.w0 72 RM h{kz}, v/m/b32 | bf16"],
  vcvtne2ps2bf16: ["evex.f2.0f38.w0 72 RVM v{kz}, v, v/m/b32 | bf16"],
  vdpbf16ps: ["evex.f3.0f38.w0 52 RVM v{kz}, v, v/m/b32 | bf16"],
} as const satisfies Readonly<Record<string, Forms>>;
