import type { Memory, Register } from "../../../../src/codegen/x86/index.ts";
import {
  broadcast,
  mem,
  r10,
  r11,
  r12,
  r13,
  r14,
  r8,
  r9,
  rbp,
  rbx,
  rcx,
  rdx,
} from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "../bytes/simd.ts";
import { emitCounted, emitZero, registerCount, vectorBytes } from "../float/vectors.ts";
import type { Emission } from "./frame.ts";
import { slot } from "./frame.ts";
import { splitBlock } from "./plan.ts";

/** Pointers: of a point's inputs, weights and sums; of the register tile; running ones; where the next prefetch goes. */
const point = { inputs: r8, weights: r9, sums: r10 };
const tile = { inputs: r11, sums: r12 };
const running = { inputs: r13, weights: r14 };
const ahead = rbx;
/** Counters: of steps, of partial sums, of register tiles. */
const [steps, partial, counter] = [rcx, rdx, rbp];

/** Registers of a tile: accumulators, then weights, then one for an input where there is room. */
interface RegisterTile {
  readonly width: number;
  readonly vectors: number;
  accumulator(pixel: number, vector: number): Register;
  weight(vector: number): Register;
  readonly input: Register | undefined;
}

function registerTile(simd: Simd, width: number, vectors: number): RegisterTile {
  const first = width * vectors;
  const free = registerCount(simd) - first - vectors;
  // One input is worth a register when several vectors are multiplied by it; AVX2 broadcasts into registers only.
  const loads = simd.name === "avx2" || (free > 0 && vectors > 1);
  if (free < (simd.name === "avx2" ? 1 : 0))
    throw new Error(`a tile of ${width} by ${vectors} vectors does not fit in ${registerCount(simd)} registers`);
  return {
    ...{ width, vectors },
    accumulator: (pixel, vector) => simd.vector(pixel * vectors + vector),
    weight: (vector) => simd.vector(first + vector),
    input: loads ? simd.vector(first + vectors) : undefined,
  };
}

/** For each point: sums of a block of tiles and one of output channels, a matrix product of transformed inputs and weights. */
export function emitMultiply(emission: Emission, name: string, tiles: number, vectors: number): void {
  const { a, plan } = emission;
  const { inputs, sums, points, channelBlocks, weightsBlock } = plan;
  const split = splitBlock(plan, tiles);
  a.emit("mov", point.inputs, slot("scratch"));
  a.emit("lea", point.sums, mem(point.inputs, { disp: points * inputs.point }));
  a.emit("mov", point.weights, slot("weightsBlock"));
  a.emit("mov", slot("point"), points);
  a.bind(`${name}.point`);
  a.emit("mov", tile.inputs, point.inputs);
  a.emit("mov", tile.sums, point.sums);
  if (plan.point.prefetch > 0) a.emit("lea", ahead, mem(point.weights, { disp: channelBlocks * weightsBlock }));
  const group = (width: number): void => {
    emitRegisterTile(emission, registerTile(plan.arithmetic.simd, width, vectors), split.wide + split.narrow);
    a.emit("add", tile.inputs, width * inputs.tile);
    a.emit("add", tile.sums, width * sums.tile);
  };
  emitCounted(a, counter, split.wide, () => group(split.width));
  emitCounted(a, counter, split.narrow, () => group(split.width - 1));
  a.emit("add", point.inputs, inputs.point);
  a.emit("add", point.sums, sums.point);
  a.emit("add", point.weights, channelBlocks * weightsBlock);
  a.emit("sub", slot("point"), 1);
  a.emit("jnz", a.label(`${name}.point`));
}

/** The sums of a register tile: in int32 a few steps at a time, which are added up in float32. */
function emitRegisterTile(emission: Emission, registers: RegisterTile, groups: number): void {
  const { a, plan } = emission;
  const { steps: all, arithmetic } = plan;
  a.emit("mov", running.inputs, tile.inputs);
  a.emit("mov", running.weights, point.weights);
  const { sumSteps } = arithmetic;
  if (sumSteps === undefined) {
    emitSums(emission, registers, all, groups);
    emitStores(emission, registers, "only");
    return;
  }
  const first = Math.min(sumSteps, all);
  emitSums(emission, registers, first, groups);
  emitStores(emission, registers, "first");
  const more = (count: number): void => {
    emitSums(emission, registers, count, groups);
    emitStores(emission, registers, "more");
  };
  emitCounted(a, partial, Math.floor((all - first) / sumSteps), () => {
    more(sumSteps);
  });
  if ((all - first) % sumSteps > 0) more((all - first) % sumSteps);
}

function eachSum(
  { plan }: Emission,
  { width, vectors, accumulator }: RegisterTile,
  each: (sum: Register, to: Memory) => void,
): void {
  for (let pixel = 0; pixel < width; pixel++)
    for (let vector = 0; vector < vectors; vector++)
      each(
        accumulator(pixel, vector),
        mem(tile.sums, { disp: pixel * plan.sums.tile + vectorBytes(plan.arithmetic.simd) * vector }),
      );
}

/** Stores sums as float32, added to what is there where they are not the first. */
function emitStores(emission: Emission, registers: RegisterTile, which: "only" | "first" | "more"): void {
  const { a } = emission;
  if (which !== "only") eachSum(emission, registers, (sum) => a.emit("vcvtdq2ps", sum, sum));
  if (which === "more") eachSum(emission, registers, (sum, to) => a.emit("vaddps", sum, sum, to));
  eachSum(emission, registers, (sum, to) => a.emit("vmovaps", to, sum));
}

/** Sums of so many steps from the running pointers on, which move along. */
function emitSums(emission: Emission, registers: RegisterTile, count: number, groups: number): void {
  const { a, plan } = emission;
  const { point: chosen, inputs, arithmetic } = plan;
  const { width, vectors, accumulator } = registers;
  const { simd } = arithmetic;
  const bytes = vectorBytes(simd);
  const stepBytes = bytes * chosen.vectors;
  eachSum(emission, registers, (sum) => {
    emitZero(a, simd, sum);
  });
  const unroll = Math.min(chosen.unroll, count);
  const advance = (by: number): void => {
    a.emit("add", running.inputs, 4 * by);
    a.emit("add", running.weights, stepBytes * by);
  };
  emitCounted(a, steps, Math.floor(count / unroll), () => {
    const lines = chosen.prefetch > 0 ? Math.ceil((unroll * stepBytes) / 64 / groups) : 0;
    for (let line = 0; line < lines; line++) a.emit("prefetcht1", mem(ahead, { disp: 64 * line }));
    if (lines > 0) a.emit("add", ahead, 64 * lines);
    for (let step = 0; step < unroll; step++) emitStep(step);
    advance(unroll);
  });
  const rest = count % unroll;
  for (let step = 0; step < rest; step++) emitStep(step);
  if (rest > 0 && arithmetic.sumSteps !== undefined) advance(rest);

  function emitStep(step: number): void {
    for (let vector = 0; vector < vectors; vector++)
      a.emit("vmovups", registers.weight(vector), mem(running.weights, { disp: step * stepBytes + bytes * vector }));
    for (let pixel = 0; pixel < width; pixel++) {
      const from: Memory = mem(running.inputs, { disp: pixel * inputs.tile + 4 * step });
      if (registers.input !== undefined) a.emit("vbroadcastss", registers.input, from);
      for (let vector = 0; vector < vectors; vector++)
        a.emit(
          arithmetic.multiply,
          accumulator(pixel, vector),
          registers.weight(vector),
          registers.input ?? broadcast(from),
        );
    }
  }
}
