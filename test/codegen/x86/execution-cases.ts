import {
  type Assembler,
  broadcast,
  eax,
  k,
  masked,
  mem,
  r10,
  rax,
  rcx,
  rounding,
  zmm,
} from "../../../src/codegen/x86/index.ts";

/** Three vectors of 64 bytes, which the code finds in zmm0, zmm1, zmm2; the last also at r10. */
export interface Operands {
  readonly a: DataView;
  readonly b: DataView;
  readonly c: DataView;
}

/** A few instructions and what they compute; rcx points at scratch. */
export interface ExecutionCase {
  readonly name: string;
  /** Leaves its result in zmm0, which starts as a; zmm1 is b, zmm2 is c. */
  readonly emit: (assembler: Assembler) => void;
  /** Element `lane` of the result. */
  readonly result: (operands: Operands, lane: number) => number;
  readonly element: "int8" | "int16" | "int32" | "float32";
}

const int32 = (view: DataView, lane: number): number => view.getInt32(4 * lane, true);
const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
const sum = (count: number, term: (at: number) => number): number =>
  Array.from({ length: count }, (_, at) => term(at)).reduce((total, value) => total + value, 0);

/** Index of the source of lane `lane` in packs and unpacks, which work within 128-bit groups of `per` elements. */
const within = (lane: number, per: number): { readonly group: number; readonly at: number } => ({
  group: Math.floor(lane / per),
  at: lane % per,
});

/** Instructions of all kinds of encodings, with their meaning from the processor manuals. */
export const executionCases: readonly ExecutionCase[] = [
  {
    name: "vpaddd under a mask",
    element: "int32",
    emit: (a) => {
      a.emit("mov", rax, 0x5a5a);
      a.emit("kmovq", k(1), rax);
      a.emit("vpaddd", masked(zmm(0), k(1)), zmm(1), mem(r10));
    },
    result: ({ a, b, c }, lane) =>
      ((0x5a5a >> lane) & 1) === 0 ? int32(a, lane) : (int32(b, lane) + int32(c, lane)) | 0,
  },
  {
    name: "vpsubd with a broadcast, zeroing",
    element: "int32",
    emit: (a) => {
      a.emit("vpcmpgtd", k(2), zmm(0), zmm(1));
      a.emit("vpsubd", masked(zmm(0), k(2), "zero"), zmm(0), broadcast(mem(r10, { disp: 8 })));
    },
    result: ({ a, b, c }, lane) => (int32(a, lane) > int32(b, lane) ? (int32(a, lane) - int32(c, 2)) | 0 : 0),
  },
  {
    name: "vpmulld from memory with an index",
    element: "int32",
    emit: (a) => {
      a.emit("mov", rax, 8);
      a.emit("vpmulld", zmm(0), zmm(1), mem(r10, { index: rax, scale: 8, disp: -64 }));
    },
    result: ({ b, c }, lane) => Math.imul(int32(b, lane), int32(c, lane)),
  },
  {
    name: "vpdpbusd",
    element: "int32",
    emit: (a) => a.emit("vpdpbusd", zmm(0), zmm(1), zmm(2)),
    result: ({ a, b, c }, lane) =>
      (int32(a, lane) + sum(4, (at) => b.getUint8(4 * lane + at) * c.getInt8(4 * lane + at))) | 0,
  },
  {
    name: "vpdpwssd",
    element: "int32",
    emit: (a) => a.emit("vpdpwssd", zmm(0), zmm(1), mem(r10)),
    result: ({ a, b, c }, lane) =>
      (int32(a, lane) + sum(2, (at) => b.getInt16(4 * lane + 2 * at, true) * c.getInt16(4 * lane + 2 * at, true))) | 0,
  },
  {
    name: "vpmaddubsw",
    element: "int16",
    emit: (a) => a.emit("vpmaddubsw", zmm(0), zmm(1), zmm(2)),
    result: ({ b, c }, lane) =>
      clamp(
        sum(2, (at) => b.getUint8(2 * lane + at) * c.getInt8(2 * lane + at)),
        -32768,
        32767,
      ),
  },
  {
    name: "vpackssdw",
    element: "int16",
    emit: (a) => a.emit("vpackssdw", zmm(0), zmm(1), zmm(2)),
    result: ({ b, c }, lane) => {
      const { group, at } = within(lane, 8);
      return clamp(int32(at < 4 ? b : c, 4 * group + (at % 4)), -32768, 32767);
    },
  },
  {
    name: "vpunpckhbw",
    element: "int8",
    emit: (a) => a.emit("vpunpckhbw", zmm(0), zmm(1), zmm(2)),
    result: ({ b, c }, lane) => {
      const { group, at } = within(lane, 16);
      return (at % 2 === 0 ? b : c).getInt8(16 * group + 8 + (at >> 1));
    },
  },
  {
    name: "vpermb",
    element: "int8",
    emit: (a) => a.emit("vpermb", zmm(0), zmm(1), zmm(2)),
    result: ({ b, c }, lane) => c.getInt8(b.getUint8(lane) & 63),
  },
  {
    name: "vpermt2d",
    element: "int32",
    emit: (a) => a.emit("vpermt2d", zmm(0), zmm(1), zmm(2)),
    result: ({ a, b, c }, lane) => {
      const index = int32(b, lane) & 31;
      return int32(index < 16 ? a : c, index % 16);
    },
  },
  {
    name: "vpternlogd selects bits",
    element: "int32",
    emit: (a) => a.emit("vpternlogd", zmm(0), zmm(1), zmm(2), 0xca),
    result: ({ a, b, c }, lane) => (int32(a, lane) & int32(b, lane)) | (~int32(a, lane) & int32(c, lane)),
  },
  {
    name: "vpsravd",
    element: "int32",
    emit: (a) => a.emit("vpsravd", zmm(0), zmm(1), zmm(2)),
    result: ({ b, c }, lane) => {
      const count = int32(c, lane) >>> 0;
      return int32(b, lane) >> Math.min(count, 31);
    },
  },
  {
    name: "vpmovusdb to memory and back",
    element: "int8",
    emit: (a) => {
      a.emit("vpmovusdb", mem(rcx, { disp: 16 }), zmm(1));
      a.emit("vbroadcasti32x4", zmm(0), mem(rcx, { disp: 16 }));
    },
    result: ({ b }, lane) => (Math.min(int32(b, lane % 16) >>> 0, 255) << 24) >> 24,
  },
  {
    name: "vgatherdps",
    element: "int32",
    emit: (a) => {
      a.emit("mov", eax, 15);
      a.emit("vpbroadcastd", zmm(3), eax);
      a.emit("vpandd", zmm(4), zmm(1), zmm(3));
      a.emit("kxnorw", k(3), k(3), k(3));
      a.emit("vgatherdps", masked(zmm(0), k(3)), mem(r10, { index: zmm(4), scale: 4 }));
    },
    result: ({ b, c }, lane) => int32(c, int32(b, lane) & 15),
  },
  {
    name: "vcvtdq2ps and vminps",
    element: "float32",
    emit: (a) => {
      a.emit("vcvtdq2ps", zmm(1), zmm(1));
      a.emit("vcvtdq2ps", zmm(0), zmm(0));
      a.emit("vminps", zmm(0), zmm(0), zmm(1));
    },
    result: ({ a, b }, lane) => Math.min(Math.fround(int32(a, lane)), Math.fround(int32(b, lane))),
  },
  {
    name: "vcvtps2dq rounding toward zero",
    element: "int32",
    emit: (a) => {
      a.emit("vpsrad", zmm(1), zmm(1), 8);
      a.emit("vcvtdq2ps", zmm(1), zmm(1));
      a.emit("mov", eax, 0x3e99999a);
      a.emit("vpbroadcastd", zmm(3), eax);
      a.emit("vmulps", zmm(1), zmm(1), zmm(3));
      a.emit("vcvtps2dq", zmm(0), zmm(1), rounding("rz-sae"));
    },
    result: ({ b }, lane) => Math.trunc(Math.fround((int32(b, lane) >> 8) * Math.fround(0.3))),
  },
];
