import { family, type Forms } from "./forms.ts";

/** Byte or word operation: no broadcast, needs BW in its EVEX form. */
const narrow = (opcode: string, map = "0f"): Forms => [`vex+evex.66.${map}.w0 ${opcode} RVM v{kz}, v, v/m | bw`];
/** Doubleword operation. */
const double = (opcode: string, map = "0f"): Forms => [`vex+evex.66.${map}.w0 ${opcode} RVM v{kz}, v, v/m/b32`];
/** Quadword operation. */
const quad = (opcode: string, map = "0f"): Forms => [`vex+evex.66.${map}.w0/1 ${opcode} RVM v{kz}, v, v/m/b64`];
/** AVX-512 only, doubleword or quadword. */
const evexDouble = (opcode: string, map = "0f"): Forms => [`evex.66.${map}.w0 ${opcode} RVM v{kz}, v, v/m/b32`];
const evexQuad = (opcode: string, map = "0f", feature = ""): Forms => [
  `evex.66.${map}.w1 ${opcode} RVM v{kz}, v, v/m/b64 | ${feature}`,
];
/** VEX only. */
const vexOnly = (opcode: string, map = "0f"): Forms => [`vex.66.${map} ${opcode} RVM v, v, v/m`];

/** Comparison to a vector (VEX) or to an opmask (EVEX). */
const compare = (opcode: string, map: string, element: 8 | 16 | 32 | 64): Forms => {
  const w = element === 64 ? 1 : 0;
  const operands = element < 32 ? "k{k}, v, v/m" : `k{k}, v, v/m/b${element}`;
  return [
    `vex.66.${map} ${opcode} RVM v, v, v/m`,
    `evex.66.${map}.w${w} ${opcode} RVM ${operands} | ${element < 32 ? "bw" : ""}`,
  ];
};

/** Comparison to an opmask by predicate: 0 eq, 1 lt, 2 le, 4 neq, 5 nlt, 6 nle. */
const predicate = (opcode: string, w: number, element: 8 | 16 | 32 | 64): Forms => [
  `evex.66.0f3a.w${w} ${opcode} RVMI k{k}, v, v/m${element < 32 ? "" : `/b${element}`}, ib | ${element < 32 ? "bw" : ""}`,
];

const test = (prefix: string, opcode: string, w: number, element: 8 | 16 | 32 | 64): Forms => [
  `evex.${prefix}.0f38.w${w} ${opcode} RVM k{k}, v, v/m${element < 32 ? "" : `/b${element}`} | ${element < 32 ? "bw" : ""}`,
];

/** Shift by an immediate or by the count in an xmm register. */
const shift = (
  element: 16 | 32 | 64,
  w: "w0" | "w0/1",
  immediateOpcode: string,
  digit: number,
  countOpcode: string,
): Forms => {
  const memory = element === 16 ? "v/m" : `v/m/b${element}`;
  const feature = element === 16 ? "bw" : "";
  return [
    `vex.66.0f ${immediateOpcode}/${digit} VMI v, v, ib`,
    `evex.66.0f.${w === "w0" ? "w0" : "w1"} ${immediateOpcode}/${digit} VMI v{kz}, ${memory}, ib | ${feature}`,
    `vex+evex.66.0f.${w} ${countOpcode} RVM v{kz}, v, x/m128 | ${feature}`,
  ];
};

/** Sum of products of four bytes or two words with accumulation; the `{vex}` twin is AVX-VNNI. */
const dot = <Name extends string>(name: Name, opcode: string) =>
  family<Name | `{vex} ${Name}`>({
    [name]: [`evex.66.0f38.w0 ${opcode} RVM v{kz}, v, v/m/b32 | vnni`],
    [`{vex} ${name}`]: [`vex.66.0f38.w0 ${opcode} RVM v, v, v/m | avxvnni`],
  });

/** Integer arithmetic, logic, comparison and shifts. */
export const integerTable = {
  vpaddb: narrow("fc"),
  vpaddw: narrow("fd"),
  vpaddd: double("fe"),
  vpaddq: quad("d4"),
  vpaddsb: narrow("ec"),
  vpaddsw: narrow("ed"),
  vpaddusb: narrow("dc"),
  vpaddusw: narrow("dd"),
  vpsubb: narrow("f8"),
  vpsubw: narrow("f9"),
  vpsubd: double("fa"),
  vpsubq: quad("fb"),
  vpsubsb: narrow("e8"),
  vpsubsw: narrow("e9"),
  vpsubusb: narrow("d8"),
  vpsubusw: narrow("d9"),
  vpavgb: narrow("e0"),
  vpavgw: narrow("e3"),
  vpmullw: narrow("d5"),
  vpmulhw: narrow("e5"),
  vpmulhuw: narrow("e4"),
  vpmulhrsw: narrow("0b", "0f38"),
  vpmulld: double("40", "0f38"),
  vpmullq: evexQuad("40", "0f38", "dq"),
  vpmuldq: quad("28", "0f38"),
  vpmuludq: quad("f4"),
  vpmaddubsw: narrow("04", "0f38"),
  vpmaddwd: narrow("f5"),
  vpsadbw: ["vex+evex.66.0f.w0 f6 RVM v, v, v/m | bw"],
  vmpsadbw: ["vex.66.0f3a 42 RVMI v, v, v/m, ib"],
  vdbpsadbw: ["evex.66.0f3a.w0 42 RVMI v{kz}, v, v/m, ib | bw"],
  ...dot("vpdpbusd", "50"),
  ...dot("vpdpbusds", "51"),
  ...dot("vpdpwssd", "52"),
  ...dot("vpdpwssds", "53"),
  vphaddw: vexOnly("01", "0f38"),
  vphaddd: vexOnly("02", "0f38"),
  vphsubd: vexOnly("06", "0f38"),
  vpsignb: vexOnly("08", "0f38"),
  vpsignw: vexOnly("09", "0f38"),
  vpsignd: vexOnly("0a", "0f38"),
  vpabsb: ["vex+evex.66.0f38.w0 1c RM v{kz}, v/m | bw"],
  vpabsw: ["vex+evex.66.0f38.w0 1d RM v{kz}, v/m | bw"],
  vpabsd: ["vex+evex.66.0f38.w0 1e RM v{kz}, v/m/b32"],
  vpabsq: ["evex.66.0f38.w1 1f RM v{kz}, v/m/b64"],
  vpminub: narrow("da"),
  vpminsb: narrow("38", "0f38"),
  vpminuw: narrow("3a", "0f38"),
  vpminsw: narrow("ea"),
  vpminud: double("3b", "0f38"),
  vpminsd: double("39", "0f38"),
  vpminuq: evexQuad("3b", "0f38"),
  vpminsq: evexQuad("39", "0f38"),
  vpmaxub: narrow("de"),
  vpmaxsb: narrow("3c", "0f38"),
  vpmaxuw: narrow("3e", "0f38"),
  vpmaxsw: narrow("ee"),
  vpmaxud: double("3f", "0f38"),
  vpmaxsd: double("3d", "0f38"),
  vpmaxuq: evexQuad("3f", "0f38"),
  vpmaxsq: evexQuad("3d", "0f38"),
  vpand: vexOnly("db"),
  vpandn: vexOnly("df"),
  vpor: vexOnly("eb"),
  vpxor: vexOnly("ef"),
  vpandd: evexDouble("db"),
  vpandq: evexQuad("db"),
  vpandnd: evexDouble("df"),
  vpandnq: evexQuad("df"),
  vpord: evexDouble("eb"),
  vporq: evexQuad("eb"),
  vpxord: evexDouble("ef"),
  vpxorq: evexQuad("ef"),
  vpternlogd: ["evex.66.0f3a.w0 25 RVMI v{kz}, v, v/m/b32, ib"],
  vpternlogq: ["evex.66.0f3a.w1 25 RVMI v{kz}, v, v/m/b64, ib"],
  vptest: ["vex.66.0f38 17 RM v, v/m"],
  vtestps: ["vex.66.0f38.w0 0e RM v, v/m"],
  vpcmpeqb: compare("74", "0f", 8),
  vpcmpeqw: compare("75", "0f", 16),
  vpcmpeqd: compare("76", "0f", 32),
  vpcmpeqq: compare("29", "0f38", 64),
  vpcmpgtb: compare("64", "0f", 8),
  vpcmpgtw: compare("65", "0f", 16),
  vpcmpgtd: compare("66", "0f", 32),
  vpcmpgtq: compare("37", "0f38", 64),
  vpcmpb: predicate("3f", 0, 8),
  vpcmpw: predicate("3f", 1, 16),
  vpcmpd: predicate("1f", 0, 32),
  vpcmpq: predicate("1f", 1, 64),
  vpcmpub: predicate("3e", 0, 8),
  vpcmpuw: predicate("3e", 1, 16),
  vpcmpud: predicate("1e", 0, 32),
  vpcmpuq: predicate("1e", 1, 64),
  vptestmb: test("66", "26", 0, 8),
  vptestmw: test("66", "26", 1, 16),
  vptestmd: test("66", "27", 0, 32),
  vptestmq: test("66", "27", 1, 64),
  vptestnmb: test("f3", "26", 0, 8),
  vptestnmw: test("f3", "26", 1, 16),
  vptestnmd: test("f3", "27", 0, 32),
  vptestnmq: test("f3", "27", 1, 64),
  vpsllw: shift(16, "w0", "71", 6, "f1"),
  vpslld: shift(32, "w0", "72", 6, "f2"),
  vpsllq: shift(64, "w0/1", "73", 6, "f3"),
  vpsrlw: shift(16, "w0", "71", 2, "d1"),
  vpsrld: shift(32, "w0", "72", 2, "d2"),
  vpsrlq: shift(64, "w0/1", "73", 2, "d3"),
  vpsraw: shift(16, "w0", "71", 4, "e1"),
  vpsrad: shift(32, "w0", "72", 4, "e2"),
  vpsraq: ["evex.66.0f.w1 72/4 VMI v{kz}, v/m/b64, ib", "evex.66.0f.w1 e2 RVM v{kz}, v, x/m128"],
  vpslldq: ["vex.66.0f 73/7 VMI v, v, ib", "evex.66.0f.w0 73/7 VMI v, v/m, ib | bw"],
  vpsrldq: ["vex.66.0f 73/3 VMI v, v, ib", "evex.66.0f.w0 73/3 VMI v, v/m, ib | bw"],
  vpsllvw: ["evex.66.0f38.w1 12 RVM v{kz}, v, v/m | bw"],
  vpsllvd: double("47", "0f38"),
  vpsllvq: ["vex+evex.66.0f38.w1 47 RVM v{kz}, v, v/m/b64"],
  vpsrlvw: ["evex.66.0f38.w1 10 RVM v{kz}, v, v/m | bw"],
  vpsrlvd: double("45", "0f38"),
  vpsrlvq: ["vex+evex.66.0f38.w1 45 RVM v{kz}, v, v/m/b64"],
  vpsravw: ["evex.66.0f38.w1 11 RVM v{kz}, v, v/m | bw"],
  vpsravd: double("46", "0f38"),
  vpsravq: evexQuad("46", "0f38"),
  vprold: ["evex.66.0f.w0 72/1 VMI v{kz}, v/m/b32, ib"],
  vprord: ["evex.66.0f.w0 72/0 VMI v{kz}, v/m/b32, ib"],
} as const satisfies Readonly<Record<string, Forms>>;
