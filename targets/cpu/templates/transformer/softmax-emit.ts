import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import {
  createAssembler,
  k,
  masked,
  mem,
  r10,
  r11,
  r8,
  r9,
  rax,
  rcx,
  rdi,
  rdx,
  resize,
  rsi,
} from "../../../../src/codegen/x86/index.ts";
import type { SoftmaxWorkload } from "../../transformer-workload.ts";
import type { Simd } from "../bytes/simd.ts";
import { emitAdvance, emitCounted, emitLaneMask, emitLoad, emitStore, vectorBytes } from "../float/vectors.ts";
import { argumentPointer, emitFrame } from "../kernel-frame.ts";
import { emitExp2, exp2Constants } from "./exp2.ts";
import { emitReduce } from "./reduce.ts";
import { emitStoreBytes } from "./store-bytes.ts";
import type { VectorConstants } from "./vector-constants.ts";

/** Constants in memory, a vector each. */
export const constantNames = [
  /** The workload's scale times log2(e). */
  "scale",
  /** What scores are cut off at, so that those of a pixel that is masked as a whole are equal; that of channels that do not exist. */
  "least",
  "absent",
  ...(Object.keys(exp2Constants) as (keyof typeof exp2Constants)[]),
  /** What the sum of a pixel comes to, where results are cut off, and the zero point. */
  "inverse",
  "ceiling",
  "zero",
  /** The number of each lane. */
  "lane",
] as const;
/** One of {@link constantNames}. */
export type ConstantName = (typeof constantNames)[number];

/** Vectors of one turn of a loop, and registers that each may use. */
const [together, registersEach] = [4, 3];

/** First of the registers that vectors of a turn may use; before them the greatest score and two sums. */
const firstFree = 3;

interface Emission {
  readonly a: Assembler;
  readonly simd: Simd;
  readonly workload: SoftmaxWorkload;
  constant(name: ConstantName): Memory;
  /** The lanes of the last vector that exist. */
  readonly mask: Register;
}

/** First elements of the pixel, and pointers that run through them and the exponentials in scratch. */
const [x, y, from, held, to] = [r8, r9, r10, r11, rsi];

/** Emits the whole kernel, pixel by pixel; `roles` are the names of its arguments in their order. */
export function emitSoftmax(
  workload: SoftmaxWorkload,
  simd: Simd,
  constants: VectorConstants<ConstantName>,
  roles: readonly string[],
): Assembler {
  const a = createAssembler();
  const constant = (name: ConstantName): Memory => constants.at(rdi, name);
  const mask = simd.name === "avx512" ? k(1) : simd.vector(15);
  const emission: Emission = { a, simd, workload, constant, mask };
  emitFrame(a, { saved: [] }, () => {
    a.emit("imul", x, rsi, bytesOf(workload.from) * workload.x.pixel);
    a.emit("add", x, argumentPointer(roles, "x"));
    a.emit("imul", y, rsi, bytesOf(workload.out) * workload.y.pixel);
    a.emit("add", y, argumentPointer(roles, "y"));
    a.emit("mov", rax, argumentPointer(roles, "params"));
    a.emit("mov", rdi, rax);
    a.emit("sub", rdx, rsi);
    const rest = workload.channels % simd.lanes;
    if (rest > 0) emitLaneMask(a, simd, mask, rest, rax);
    a.bind("pixel");
    emitScores(emission);
    emitExponentials(emission);
    emitShares(emission);
    emitAdvance(a, x, bytesOf(workload.from) * workload.x.pixel);
    emitAdvance(a, y, bytesOf(workload.out) * workload.y.pixel);
    a.emit("sub", rdx, 1);
    a.emit("jnz", a.label("pixel"));
  });
  return a;
}

/** Bytes of an element. */
function bytesOf(type: "f32" | "u8"): 1 | 4 {
  return type === "u8" ? 1 : 4;
}

/** A pointer that runs through the channels, and the bytes of a channel there. */
type Running = readonly [pointer: Register, elementBytes: number];

/** The channels of a pixel, vector by vector: `body` gets the vector's place in its turn and how many lanes exist. */
function eachVector(
  { a, simd, workload }: Emission,
  running: readonly Running[],
  body: (turn: number, lanes: number) => void,
): void {
  const { channels } = workload;
  const advance = (vectors: number): void => {
    for (const [pointer, bytes] of running) emitAdvance(a, pointer, vectors * bytes * simd.lanes);
  };
  const whole = Math.floor(channels / simd.lanes);
  emitCounted(a, rax, Math.floor(whole / together), () => {
    for (let turn = 0; turn < together; turn++) body(turn, simd.lanes);
    advance(together);
  });
  const single = whole % together;
  for (let turn = 0; turn < single; turn++) body(turn, simd.lanes);
  if (channels % simd.lanes > 0) body(single, channels % simd.lanes);
}

/** A register of a vector in its turn. */
function own({ simd }: Emission, turn: number, index: number): Register {
  return simd.vector(firstFree + registersEach * turn + index);
}

/** Scaled x to scratch, and the greatest. */
function emitScores(emission: Emission): void {
  const { a, simd, workload, constant, mask } = emission;
  const greatest = simd.vector(0);
  a.emit("vmovups", greatest, constant("least"));
  a.emit("mov", from, x);
  a.emit("mov", held, rcx);
  const running: readonly Running[] = [
    [from, bytesOf(workload.from)],
    [held, 4],
  ];
  eachVector(emission, running, (turn, lanes) => {
    const [value, absent] = [own(emission, turn, 0), own(emission, turn, 1)];
    const last = lanes < simd.lanes;
    if (workload.from === "u8") {
      a.emit("vpmovzxbd", value, mem(from, { disp: turn * simd.lanes }));
      a.emit("vcvtdq2ps", value, value);
    } else emitLoad(a, simd, value, mem(from, { disp: 4 * turn * simd.lanes }), last ? mask : undefined);
    a.emit("vmulps", value, value, constant("scale"));
    a.emit("vmaxps", value, value, constant("least"));
    if (last) {
      a.emit("vmovups", absent, constant("absent"));
      if (simd.name === "avx512") a.emit("vmovups", masked(absent, mask), value);
      else a.emit("vblendvps", absent, absent, value, mask);
    }
    const score = last ? absent : value;
    a.emit("vmaxps", greatest, greatest, score);
    a.emit("vmovups", mem(held, { disp: turn * vectorBytes(simd) }), score);
  });
  emitReduce(a, simd, "vmaxps", greatest, simd.vector(1));
}

/** Exponentials in scratch, and in lane 0 of register 1 what makes their sum the whole. */
function emitExponentials(emission: Emission): void {
  const { a, simd, constant } = emission;
  const [greatest, sum, other] = [0, 1, 2].map((index) => simd.vector(index)) as [Register, Register, Register];
  a.emit("vxorps", sum, sum, sum);
  a.emit("vxorps", other, other, other);
  a.emit("mov", held, rcx);
  eachVector(emission, [[held, 4]], (turn) => {
    const [value, whole, power] = [0, 1, 2].map((index) => own(emission, turn, index)) as [
      ...[Register, Register, Register],
    ];
    const place = mem(held, { disp: turn * vectorBytes(simd) });
    a.emit("vmovups", value, place);
    a.emit("vsubps", value, value, greatest);
    a.emit("vmaxps", value, value, constant("floor"));
    emitExp2(a, simd, { value, whole, power }, constant);
    const added = turn % 2 === 0 ? sum : other;
    a.emit("vaddps", added, added, power);
    a.emit("vmovups", place, power);
  });
  a.emit("vaddps", sum, sum, other);
  emitReduce(a, simd, "vaddps", sum, other);
  const [low, factor] = [resize(sum, 128), resize(other, 128)];
  a.emit("vmovss", factor, constant("inverse"));
  a.emit("vdivss", factor, factor, low);
  a.emit("vbroadcastss", sum, factor);
}

/** Exponentials times the factor to y. */
function emitShares(emission: Emission): void {
  const { a, simd, workload, constant, mask } = emission;
  const factor = simd.vector(1);
  a.emit("mov", held, rcx);
  a.emit("mov", to, y);
  const running: readonly Running[] = [
    [held, 4],
    [to, bytesOf(workload.out)],
  ];
  eachVector(emission, running, (turn, lanes) => {
    const value = own(emission, turn, 0);
    const last = lanes < simd.lanes;
    a.emit("vmulps", value, factor, mem(held, { disp: turn * vectorBytes(simd) }));
    const disp = bytesOf(workload.out) * turn * simd.lanes;
    if (workload.out === "f32") {
      emitStore(a, simd, mem(to, { disp }), value, last ? mask : undefined);
      return;
    }
    a.emit("vminps", value, value, constant("ceiling"));
    a.emit("vcvtps2dq", value, value);
    a.emit("vpaddd", value, value, constant("zero"));
    emitStoreBytes(a, simd.lanes, value, { pointer: to, disp, spare: rax }, lanes);
  });
}
