import { family, type Forms } from "./forms.ts";

const narrow = (opcode: string, map = "0f"): Forms => [`vex+evex.66.${map}.w0 ${opcode} RVM v{kz}, v, v/m | bw`];
const double = (opcode: string, map = "0f"): Forms => [`vex+evex.66.${map}.w0 ${opcode} RVM v{kz}, v, v/m/b32`];
const quad = (opcode: string, map = "0f"): Forms => [`vex+evex.66.${map}.w0/1 ${opcode} RVM v{kz}, v, v/m/b64`];

/** AVX-512 permutation of elements of the given width. */
const permute = (opcode: string, w: number, element: 8 | 16 | 32 | 64, lengths = "l128/256/512"): Forms => {
  const operands = element < 32 ? "v{kz}, v, v/m" : `v{kz}, v, v/m/b${element}`;
  const feature = element === 8 ? "vbmi" : element === 16 ? "bw" : "";
  return [`evex.${lengths}.66.0f38.w${w} ${opcode} RVM ${operands} | ${feature}`];
};

/** Two-table permutations: `i` overwrites the indices, `t` the first table. */
const twoTable = <Name extends string>(name: Name, narrowOpcode: string, wideOpcode: string, floatOpcode: string) =>
  family<`${Name}${"b" | "w" | "d" | "q" | "ps" | "pd"}`>({
    [`${name}b`]: permute(narrowOpcode, 0, 8),
    [`${name}w`]: permute(narrowOpcode, 1, 16),
    [`${name}d`]: permute(wideOpcode, 0, 32),
    [`${name}q`]: permute(wideOpcode, 1, 64),
    [`${name}ps`]: permute(floatOpcode, 0, 32),
    [`${name}pd`]: permute(floatOpcode, 1, 64),
  });

/** 128- or 256-bit part of a longer vector into memory or a register. */
const extract = (lengths: string, w: number, opcode: string, part: "x" | "y", feature = ""): Forms => {
  const bits = part === "x" ? 128 : 256;
  return [
    `evex.${lengths}.66.0f3a.w${w} ${opcode} MRI ${part}{kz}, v, ib | ${feature}`,
    `evex.${lengths}.66.0f3a.w${w} ${opcode} MRI m${bits}{k}, v, ib | ${feature}`,
  ];
};
const insert = (lengths: string, w: number, opcode: string, part: "x" | "y", feature = ""): Forms => [
  `evex.${lengths}.66.0f3a.w${w} ${opcode} RVMI v{kz}, v, ${part}/m${part === "x" ? 128 : 256}, ib | ${feature}`,
];
const lanes = (opcode: string, w: number, element: 32 | 64): Forms => [
  `evex.l256/512.66.0f3a.w${w} ${opcode} RVMI v{kz}, v, v/m/b${element}, ib`,
];

/** Packing, unpacking, permutation, blending, insertion and extraction. */
export const shuffleTable = {
  vpacksswb: narrow("63"),
  vpackssdw: ["vex+evex.66.0f.w0 6b RVM v{kz}, v, v/m/b32 | bw"],
  vpackuswb: narrow("67"),
  vpackusdw: ["vex+evex.66.0f38.w0 2b RVM v{kz}, v, v/m/b32 | bw"],
  vpunpcklbw: narrow("60"),
  vpunpcklwd: narrow("61"),
  vpunpckldq: double("62"),
  vpunpcklqdq: quad("6c"),
  vpunpckhbw: narrow("68"),
  vpunpckhwd: narrow("69"),
  vpunpckhdq: double("6a"),
  vpunpckhqdq: quad("6d"),
  vunpcklps: ["vex+evex.0f.w0 14 RVM v{kz}, v, v/m/b32"],
  vunpckhps: ["vex+evex.0f.w0 15 RVM v{kz}, v, v/m/b32"],
  vunpcklpd: quad("14"),
  vunpckhpd: quad("15"),
  vpshufb: narrow("00", "0f38"),
  vpshufd: ["vex+evex.66.0f.w0 70 RMI v{kz}, v/m/b32, ib"],
  vpshufhw: ["vex+evex.f3.0f.w0 70 RMI v{kz}, v/m, ib | bw"],
  vpshuflw: ["vex+evex.f2.0f.w0 70 RMI v{kz}, v/m, ib | bw"],
  vshufps: ["vex+evex.0f.w0 c6 RVMI v{kz}, v, v/m/b32, ib"],
  vshufpd: ["vex+evex.66.0f.w0/1 c6 RVMI v{kz}, v, v/m/b64, ib"],
  vpermilps: ["vex+evex.66.0f38.w0 0c RVM v{kz}, v, v/m/b32", "vex+evex.66.0f3a.w0 04 RMI v{kz}, v/m/b32, ib"],
  vpermilpd: ["vex+evex.66.0f38.w0/1 0d RVM v{kz}, v, v/m/b64", "vex+evex.66.0f3a.w0/1 05 RMI v{kz}, v/m/b64, ib"],
  vpermb: permute("8d", 0, 8),
  vpermw: permute("8d", 1, 16),
  vpermd: ["vex+evex.l256/512.66.0f38.w0 36 RVM v{kz}, v, v/m/b32"],
  vpermps: ["vex+evex.l256/512.66.0f38.w0 16 RVM v{kz}, v, v/m/b32"],
  vpermq: [
    "vex+evex.l256/512.66.0f3a.w1 00 RMI v{kz}, v/m/b64, ib",
    "evex.l256/512.66.0f38.w1 36 RVM v{kz}, v, v/m/b64",
  ],
  vpermpd: [
    "vex+evex.l256/512.66.0f3a.w1 01 RMI v{kz}, v/m/b64, ib",
    "evex.l256/512.66.0f38.w1 16 RVM v{kz}, v, v/m/b64",
  ],
  ...twoTable("vpermi2", "75", "76", "77"),
  ...twoTable("vpermt2", "7d", "7e", "7f"),
  vperm2i128: ["vex.l256.66.0f3a 46 RVMI y, y, y/m, ib"],
  vperm2f128: ["vex.l256.66.0f3a 06 RVMI y, y, y/m, ib"],
  vpalignr: ["vex+evex.66.0f3a.w0 0f RVMI v{kz}, v, v/m, ib | bw"],
  valignd: ["evex.66.0f3a.w0 03 RVMI v{kz}, v, v/m/b32, ib"],
  valignq: ["evex.66.0f3a.w1 03 RVMI v{kz}, v, v/m/b64, ib"],
  vshuff32x4: lanes("23", 0, 32),
  vshuff64x2: lanes("23", 1, 64),
  vshufi32x4: lanes("43", 0, 32),
  vshufi64x2: lanes("43", 1, 64),
  vinsertf128: ["vex.l256.66.0f3a 18 RVMI y, y, x/m128, ib"],
  vinserti128: ["vex.l256.66.0f3a 38 RVMI y, y, x/m128, ib"],
  vinsertf32x4: insert("l256/512", 0, "18", "x"),
  vinserti32x4: insert("l256/512", 0, "38", "x"),
  vinsertf64x2: insert("l256/512", 1, "18", "x", "dq"),
  vinserti64x2: insert("l256/512", 1, "38", "x", "dq"),
  vinsertf32x8: insert("l512", 0, "1a", "y", "dq"),
  vinserti32x8: insert("l512", 0, "3a", "y", "dq"),
  vinsertf64x4: insert("l512", 1, "1a", "y"),
  vinserti64x4: insert("l512", 1, "3a", "y"),
  vextractf128: ["vex.l256.66.0f3a 19 MRI x/m128, y, ib"],
  vextracti128: ["vex.l256.66.0f3a 39 MRI x/m128, y, ib"],
  vextractf32x4: extract("l256/512", 0, "19", "x"),
  vextracti32x4: extract("l256/512", 0, "39", "x"),
  vextractf64x2: extract("l256/512", 1, "19", "x", "dq"),
  vextracti64x2: extract("l256/512", 1, "39", "x", "dq"),
  vextractf32x8: extract("l512", 0, "1b", "y", "dq"),
  vextracti32x8: extract("l512", 0, "3b", "y", "dq"),
  vextractf64x4: extract("l512", 1, "1b", "y"),
  vextracti64x4: extract("l512", 1, "3b", "y"),
  vpblendw: ["vex.66.0f3a 0e RVMI v, v, v/m, ib"],
  vpblendd: ["vex.66.0f3a.w0 02 RVMI v, v, v/m, ib"],
  vblendps: ["vex.66.0f3a 0c RVMI v, v, v/m, ib"],
  vblendpd: ["vex.66.0f3a 0d RVMI v, v, v/m, ib"],
  vblendvps: ["vex.66.0f3a.w0 4a RVMS v, v, v/m, v"],
  vblendvpd: ["vex.66.0f3a.w0 4b RVMS v, v, v/m, v"],
  vpblendvb: ["vex.66.0f3a.w0 4c RVMS v, v, v/m, v"],
  vpblendmb: ["evex.66.0f38.w0 66 RVM v{kz}, v, v/m | bw"],
  vpblendmw: ["evex.66.0f38.w1 66 RVM v{kz}, v, v/m | bw"],
  vpblendmd: ["evex.66.0f38.w0 64 RVM v{kz}, v, v/m/b32"],
  vpblendmq: ["evex.66.0f38.w1 64 RVM v{kz}, v, v/m/b64"],
  vblendmps: ["evex.66.0f38.w0 65 RVM v{kz}, v, v/m/b32"],
  vblendmpd: ["evex.66.0f38.w1 65 RVM v{kz}, v, v/m/b64"],
  vpmultishiftqb: ["evex.66.0f38.w1 83 RVM v{kz}, v, v/m/b64 | vbmi"],
} as const satisfies Readonly<Record<string, Forms>>;
