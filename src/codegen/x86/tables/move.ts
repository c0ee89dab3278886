import { family, type Forms } from "./forms.ts";

/** AVX-512 moves of whole vectors, element width by name. */
const wideMove = (prefix: string, w: number, load: string, store: string, feature = ""): Forms => [
  `evex.${prefix}0f.w${w} ${load} RM v{kz}, v/m | ${feature}`,
  `evex.${prefix}0f.w${w} ${store} MR m{k}, v | ${feature}`,
];

/** Moves with a VEX and an EVEX form. */
const move = (encoding: string, load: string, store: string): Forms => [
  `${encoding} ${load} RM v{kz}, v/m | swap`,
  `${encoding} ${store} MR v/m{k}, v`,
];

/** Sign or zero extension of each element: the source is a fraction of the destination. */
const extend = <Name extends string>(name: Name, base: number) =>
  family<`${Name}${"bw" | "bd" | "bq" | "wd" | "wq" | "dq"}`>({
    [`${name}bw`]: [`vex+evex.66.0f38.w0 ${base}0 RM v{kz}, h/m | bw`],
    [`${name}bd`]: [`vex+evex.66.0f38.w0 ${base}1 RM v{kz}, q/m`],
    [`${name}bq`]: [`vex+evex.66.0f38.w0 ${base}2 RM v{kz}, e/m`],
    [`${name}wd`]: [`vex+evex.66.0f38.w0 ${base}3 RM v{kz}, h/m`],
    [`${name}wq`]: [`vex+evex.66.0f38.w0 ${base}4 RM v{kz}, q/m`],
    [`${name}dq`]: [`vex+evex.66.0f38.w0 ${base}5 RM v{kz}, h/m`],
  });

/** Truncation of each element (plain, signed or unsigned saturation): the destination is a fraction of the source. */
const truncate = <Name extends string>(name: Name, base: number) => {
  const to = (low: number, fraction: string, feature = ""): Forms => [
    `evex.f3.0f38.w0 ${base}${low} MR ${fraction}{kz}, v | ${feature}`,
    `evex.f3.0f38.w0 ${base}${low} MR m${fraction}{k}, v | ${feature}`,
  ];
  return family<`${Name}${"wb" | "db" | "qb" | "dw" | "qw" | "qd"}`>({
    [`${name}wb`]: to(0, "h", "bw"),
    [`${name}db`]: to(1, "q"),
    [`${name}qb`]: to(2, "e"),
    [`${name}dw`]: to(3, "h"),
    [`${name}qw`]: to(4, "q"),
    [`${name}qd`]: to(5, "h"),
  });
};

/** Moves, broadcasts, extensions, truncations, gathers. */
export const moveTable = {
  vmovups: move("vex+evex.0f.w0", "10", "11"),
  vmovupd: move("vex+evex.66.0f.w0/1", "10", "11"),
  vmovaps: move("vex+evex.0f.w0", "28", "29"),
  vmovapd: move("vex+evex.66.0f.w0/1", "28", "29"),
  vmovdqu: ["vex.f3.0f 6f RM v, v/m | swap", "vex.f3.0f 7f MR v/m, v"],
  vmovdqa: ["vex.66.0f 6f RM v, v/m | swap", "vex.66.0f 7f MR v/m, v"],
  vmovdqu8: wideMove("f2.", 0, "6f", "7f", "bw"),
  vmovdqu16: wideMove("f2.", 1, "6f", "7f", "bw"),
  vmovdqu32: wideMove("f3.", 0, "6f", "7f"),
  vmovdqu64: wideMove("f3.", 1, "6f", "7f"),
  vmovdqa32: wideMove("66.", 0, "6f", "7f"),
  vmovdqa64: wideMove("66.", 1, "6f", "7f"),
  vlddqu: ["vex.f2.0f f0 RM v, m"],
  vmovntps: ["vex+evex.0f.w0 2b MR m, v"],
  vmovntdq: ["vex+evex.66.0f.w0 e7 MR m, v"],
  vmovntdqa: ["vex+evex.66.0f38.w0 2a RM v, m"],
  vmovd: ["vex+evex.l128.66.0f.w0 6e RM x, r32/m32 | novl", "vex+evex.l128.66.0f.w0 7e MR r32/m32, x | novl"],
  vmovq: [
    "vex.l128.66.0f.w1 6e RM x, r64",
    "vex.l128.66.0f.w1 7e MR r64, x",
    "evex.l128.66.0f.w1 6e RM x, r64/m64 | novl",
    "evex.l128.66.0f.w1 7e MR r64/m64, x | novl",
    "vex+evex.l128.f3.0f.w0/1 7e RM x, x/m64 | novl swap",
    "vex.l128.66.0f d6 MR x/m64, x",
  ],
  vmovss: [
    "vex+evex.lig.f3.0f.w0 10 RM x{kz}, m32",
    "vex+evex.lig.f3.0f.w0 10 RVM x{kz}, x, x | swap",
    "vex+evex.lig.f3.0f.w0 11 MVR x, x, x",
    "vex+evex.lig.f3.0f.w0 11 MR m32{k}, x",
  ],
  vmovsd: [
    "vex+evex.lig.f2.0f.w0/1 10 RM x{kz}, m64",
    "vex+evex.lig.f2.0f.w0/1 10 RVM x{kz}, x, x | swap",
    "vex+evex.lig.f2.0f.w0/1 11 MVR x, x, x",
    "vex+evex.lig.f2.0f.w0/1 11 MR m64{k}, x",
  ],
  vmovhlps: ["vex+evex.l128.0f.w0 12 RVM x, x, x | novl"],
  vmovlhps: ["vex+evex.l128.0f.w0 16 RVM x, x, x | novl"],
  vmovlps: ["vex+evex.l128.0f.w0 12 RVM x, x, m64 | novl", "vex+evex.l128.0f.w0 13 MR m64, x | novl"],
  vmovhps: ["vex+evex.l128.0f.w0 16 RVM x, x, m64 | novl", "vex+evex.l128.0f.w0 17 MR m64, x | novl"],
  vmovshdup: ["vex+evex.f3.0f.w0 16 RM v{kz}, v/m"],
  vmovsldup: ["vex+evex.f3.0f.w0 12 RM v{kz}, v/m"],
  vmovddup: ["vex+evex.l128.f2.0f.w0/1 12 RM x{kz}, x/m64", "vex+evex.l256/512.f2.0f.w0/1 12 RM v{kz}, v/m"],
  vmovmskps: ["vex.0f 50 RM r32, v"],
  vmovmskpd: ["vex.66.0f 50 RM r32, v"],
  vpmovmskb: ["vex.66.0f d7 RM r32, v"],
  vmaskmovps: ["vex.66.0f38 2c RVM v, v, m", "vex.66.0f38 2e MVR m, v, v"],
  vpmaskmovd: ["vex.66.0f38.w0 8c RVM v, v, m", "vex.66.0f38.w0 8e MVR m, v, v"],
  vpbroadcastb: ["vex+evex.66.0f38.w0 78 RM v{kz}, x/m8 | bw", "evex.66.0f38.w0 7a RM v{kz}, r32 | bw"],
  vpbroadcastw: ["vex+evex.66.0f38.w0 79 RM v{kz}, x/m16 | bw", "evex.66.0f38.w0 7b RM v{kz}, r32 | bw"],
  vpbroadcastd: ["vex+evex.66.0f38.w0 58 RM v{kz}, x/m32", "evex.66.0f38.w0 7c RM v{kz}, r32"],
  vpbroadcastq: ["vex+evex.66.0f38.w0/1 59 RM v{kz}, x/m64", "evex.66.0f38.w1 7c RM v{kz}, r64"],
  vbroadcastss: ["vex+evex.66.0f38.w0 18 RM v{kz}, x/m32"],
  vbroadcastsd: ["vex+evex.l256/512.66.0f38.w0/1 19 RM v{kz}, x/m64"],
  vbroadcastf128: ["vex.l256.66.0f38 1a RM y, m128"],
  vbroadcasti128: ["vex.l256.66.0f38 5a RM y, m128"],
  vbroadcastf32x2: ["evex.l256/512.66.0f38.w0 19 RM v{kz}, x/m64 | dq"],
  vbroadcasti32x2: ["evex.66.0f38.w0 59 RM v{kz}, x/m64 | dq"],
  vbroadcastf32x4: ["evex.l256/512.66.0f38.w0 1a RM v{kz}, m128"],
  vbroadcasti32x4: ["evex.l256/512.66.0f38.w0 5a RM v{kz}, m128"],
  vbroadcastf64x2: ["evex.l256/512.66.0f38.w1 1a RM v{kz}, m128 | dq"],
  vbroadcasti64x2: ["evex.l256/512.66.0f38.w1 5a RM v{kz}, m128 | dq"],
  vbroadcastf32x8: ["evex.l512.66.0f38.w0 1b RM z{kz}, m256 | dq"],
  vbroadcasti32x8: ["evex.l512.66.0f38.w0 5b RM z{kz}, m256 | dq"],
  vbroadcastf64x4: ["evex.l512.66.0f38.w1 1b RM z{kz}, m256"],
  vbroadcasti64x4: ["evex.l512.66.0f38.w1 5b RM z{kz}, m256"],
  ...extend("vpmovsx", 2),
  ...extend("vpmovzx", 3),
  ...truncate("vpmov", 3),
  ...truncate("vpmovs", 2),
  ...truncate("vpmovus", 1),
  vpmovm2b: ["evex.f3.0f38.w0 28 RM v, k | bw"],
  vpmovm2w: ["evex.f3.0f38.w1 28 RM v, k | bw"],
  vpmovm2d: ["evex.f3.0f38.w0 38 RM v, k | dq"],
  vpmovm2q: ["evex.f3.0f38.w1 38 RM v, k | dq"],
  vpmovb2m: ["evex.f3.0f38.w0 29 RM k, v | bw"],
  vpmovw2m: ["evex.f3.0f38.w1 29 RM k, v | bw"],
  vpmovd2m: ["evex.f3.0f38.w0 39 RM k, v | dq"],
  vpmovq2m: ["evex.f3.0f38.w1 39 RM k, v | dq"],
  vpcompressd: ["evex.66.0f38.w0 8b MR v{kz}, v", "evex.66.0f38.w0 8b MR m{k}, v | element32"],
  vcompressps: ["evex.66.0f38.w0 8a MR v{kz}, v", "evex.66.0f38.w0 8a MR m{k}, v | element32"],
  vpexpandd: ["evex.66.0f38.w0 89 RM v{kz}, v/m | element32"],
  vexpandps: ["evex.66.0f38.w0 88 RM v{kz}, v/m | element32"],
  vpgatherdd: [
    "vex.l128.66.0f38.w0 90 RMV x, vm32x, x",
    "vex.l256.66.0f38.w0 90 RMV y, vm32y, y",
    "evex.l128.66.0f38.w0 90 RM x{K}, vm32x",
    "evex.l256.66.0f38.w0 90 RM y{K}, vm32y",
    "evex.l512.66.0f38.w0 90 RM z{K}, vm32z",
  ],
  vgatherdps: [
    "vex.l128.66.0f38.w0 92 RMV x, vm32x, x",
    "vex.l256.66.0f38.w0 92 RMV y, vm32y, y",
    "evex.l128.66.0f38.w0 92 RM x{K}, vm32x",
    "evex.l256.66.0f38.w0 92 RM y{K}, vm32y",
    "evex.l512.66.0f38.w0 92 RM z{K}, vm32z",
  ],
  vpscatterdd: [
    "evex.l128.66.0f38.w0 a0 MR vm32x{K}, x",
    "evex.l256.66.0f38.w0 a0 MR vm32y{K}, y",
    "evex.l512.66.0f38.w0 a0 MR vm32z{K}, z",
  ],
  vscatterdps: [
    "evex.l128.66.0f38.w0 a2 MR vm32x{K}, x",
    "evex.l256.66.0f38.w0 a2 MR vm32y{K}, y",
    "evex.l512.66.0f38.w0 a2 MR vm32z{K}, z",
  ],
  vpinsrb: ["vex+evex.l128.66.0f3a.w0 20 RVMI x, x, r32/m8, ib | bw novl"],
  vpinsrw: ["vex+evex.l128.66.0f.w0 c4 RVMI x, x, r32/m16, ib | bw novl"],
  vpinsrd: ["vex+evex.l128.66.0f3a.w0 22 RVMI x, x, r32/m32, ib | dq novl"],
  vpinsrq: ["vex+evex.l128.66.0f3a.w1 22 RVMI x, x, r64/m64, ib | dq novl"],
  vinsertps: ["vex+evex.l128.66.0f3a.w0 21 RVMI x, x, x/m32, ib | novl"],
  vpextrb: ["vex+evex.l128.66.0f3a.w0 14 MRI r32/m8, x, ib | bw novl"],
  vpextrw: [
    "vex+evex.l128.66.0f.w0 c5 RMI r32, x, ib | bw novl",
    "vex+evex.l128.66.0f3a.w0 15 MRI m16, x, ib | bw novl",
  ],
  vpextrd: ["vex+evex.l128.66.0f3a.w0 16 MRI r32/m32, x, ib | dq novl"],
  vpextrq: ["vex+evex.l128.66.0f3a.w1 16 MRI r64/m64, x, ib | dq novl"],
  vextractps: ["vex+evex.l128.66.0f3a.w0 17 MRI r32/m32, x, ib | novl"],
  vzeroupper: ["vex.l128.0f 77 -"],
  vzeroall: ["vex.l256.0f 77 -"],
} as const satisfies Readonly<Record<string, Forms>>;
