import type { KernelArgument } from "../../../../../src/codegen/index.ts";
import type { Assembler, Register } from "../../../../../src/codegen/x86/index.ts";
import {
  k,
  masked,
  mem,
  r8,
  r9,
  r10,
  r11,
  rax,
  rcx,
  rdi,
  rdx,
  rsi,
  zmm,
} from "../../../../../src/codegen/x86/index.ts";
import { emitLaneMask, emitLoad, emitStore } from "../vectors.ts";
import type { Simd } from "../../bytes/simd.ts";
import type { FloatMovePlan } from "./plan.ts";

const lanes = 16;
const rowBytes = 64;

/** Channels that are next to each other, few enough to be permuted as whole vectors, two tables at a time. */
export function isFew(simd: Simd, { channels, strided }: FloatMovePlan): boolean {
  return simd.name === "avx512" && channels <= 4 && strided.pixel === 4 * channels;
}

/** Where each element of a vector of the result comes from. */
interface Source {
  readonly vector: number;
  readonly lane: number;
}

function sourcesOf({ channels, toPlanar }: FloatMovePlan): readonly (readonly Source[])[] {
  return Array.from({ length: channels }, (_, result) =>
    Array.from({ length: lanes }, (__, lane) => {
      const element = result * lanes + lane;
      if (!toPlanar) return { vector: element % channels, lane: Math.floor(element / channels) };
      const interleaved = lane * channels + result;
      return { vector: Math.floor(interleaved / lanes), lane: interleaved % lanes };
    }),
  );
}

/** The argument `params`: for each result the indices into the first two vectors, then those into the others. */
export function indicesArgument(plan: FloatMovePlan): KernelArgument {
  const indices = Int32Array.from(
    sourcesOf(plan).flatMap((sources) =>
      [0, 2].flatMap((first) =>
        sources.map(({ vector, lane }) => (vector === first ? lane : vector === first + 1 ? lanes + lane : 0)),
      ),
    ),
  );
  return {
    name: "params",
    bytes: indices.byteLength,
    access: "read",
    alignment: 64,
    packs: () => [{ kind: "literal", targetOffset: 0, bytes: new Uint8Array(indices.buffer) }],
  };
}

const inputs = [zmm(0), zmm(1), zmm(2), zmm(3)] as const;
const [result, other] = [zmm(4), zmm(5)];
const indices = (channel: number, pair: number): Register => zmm(16 + 2 * channel + pair);
const [restMask, partMask] = [k(1), k(2)];
const otherMask = (channel: number): Register => k(3 + channel);

/**
 * Emits a move of 2 to 4 channels that stand next to each other, 16 pixels at a time: every vector of the result is a
 * permutation of the vectors of the source. `params` is the argument with the indices.
 */
export function emitFew(a: Assembler, simd: Simd, plan: FloatMovePlan, params: number): void {
  const { channels, pixels, planar, strided } = plan;
  const sources = sourcesOf(plan);
  a.emit("mov", r10, mem(rdi, { disp: 8 * params }));
  sources.forEach((elements, channel) => {
    for (const pair of channels > 2 ? [0, 1] : [0])
      a.emit("vmovups", indices(channel, pair), mem(r10, { disp: (2 * channel + pair) * rowBytes }));
    const bits = elements.reduce((sum, { vector }, lane) => sum + (vector >= 2 ? 2 ** lane : 0), 0);
    if (channels < 3) return;
    a.emit("mov", rax, bits);
    a.emit("kmovq", otherMask(channel), rax);
  });
  const rest = pixels % lanes;
  if (rest > 0) emitLaneMask(a, simd, restMask, rest);
  for (const [register, { argument, row }] of [
    [r8, planar],
    [r9, strided],
  ] as const) {
    a.emit("imul", register, rsi, row);
    a.emit("add", register, mem(rdi, { disp: 8 * argument }));
  }
  a.bind("row");
  a.emit("mov", r10, r8);
  a.emit("mov", r11, r9);
  const full = Math.floor(pixels / lanes);
  if (full > 0) {
    a.emit("mov", rcx, full);
    a.bind("pixels");
    emitPixels(a, simd, plan, lanes);
    a.emit("add", r10, rowBytes);
    a.emit("add", r11, channels * rowBytes);
    a.emit("sub", rcx, 1);
    a.emit("jnz", a.label("pixels"));
  }
  if (rest > 0) emitPixels(a, simd, plan, rest);
  a.emit("add", r8, planar.row);
  a.emit("add", r9, strided.row);
  a.emit("add", rsi, 1);
  a.emit("cmp", rsi, rdx);
  a.emit("jb", a.label("row"));
  a.emit("vzeroupper");
  a.emit("ret");
}

function emitPixels(a: Assembler, simd: Simd, { channels, planar, toPlanar }: FloatMovePlan, count: number): void {
  const planes = (index: number): { at: ReturnType<typeof mem>; elements: number } => ({
    at: mem(r10, { disp: index * planar.plane }),
    elements: count,
  });
  const interleaved = (index: number): { at: ReturnType<typeof mem>; elements: number } => ({
    at: mem(r11, { disp: index * rowBytes }),
    elements: Math.max(0, Math.min(lanes, count * channels - index * lanes)),
  });
  const [from, to] = toPlanar ? [interleaved, planes] : [planes, interleaved];
  const mask = (elements: number): Register | undefined => {
    if (elements === lanes) return undefined;
    if (elements === count) return restMask;
    emitLaneMask(a, simd, partMask, elements);
    return partMask;
  };
  for (let index = 0; index < channels; index++) {
    const { at, elements } = from(index);
    if (elements > 0) emitLoad(a, simd, inputs[index] as Register, at, mask(elements));
  }
  for (let index = 0; index < channels; index++) {
    const { at, elements } = to(index);
    if (elements === 0) continue;
    a.emit("vmovaps", result, indices(index, 0));
    a.emit("vpermi2ps", result, inputs[0], inputs[1]);
    if (channels === 3) a.emit("vpermps", masked(result, otherMask(index)), indices(index, 1), inputs[2]);
    if (channels === 4) {
      a.emit("vmovaps", other, indices(index, 1));
      a.emit("vpermi2ps", other, inputs[2], inputs[3]);
      a.emit("vmovaps", masked(result, otherMask(index)), other);
    }
    emitStore(a, simd, at, result, mask(elements));
  }
}
