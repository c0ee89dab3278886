import type { Assembler, Memory, Register } from "../../../../../src/codegen/x86/index.ts";
import { broadcast, mem } from "../../../../../src/codegen/x86/index.ts";
import type { Walk } from "../../igemm/geometry.ts";
import { emitLoad, vectorBytes } from "../vectors.ts";
import type { DirectPlan, OperandForm } from "./plan.ts";
import { operandForm } from "./plan.ts";
import { gatherMask, pointers, running } from "./registers.ts";

/** A register tile: pixels times vectors of output channels. */
export interface Tile {
  /** Offsets of the pixels in x, in units of four bytes. */
  readonly pixels: readonly number[];
  readonly vectors: number;
}

/** The accumulator of a pixel and a vector. */
export function accumulatorOf({ simd }: DirectPlan, { vectors }: Tile, pixel: number, vector: number): Register {
  return simd.vector(pixel * vectors + vector);
}

/** Emits: accumulators = bias + sum over the window. */
export function emitSums(a: Assembler, plan: DirectPlan, tile: Tile): void {
  const { simd, workload } = plan;
  for (let vector = 0; vector < tile.vectors; vector++) {
    const first = accumulatorOf(plan, tile, 0, vector);
    if (workload.bias) a.emit("vmovups", first, mem(pointers.bias, { disp: vectorBytes(simd) * vector }));
    for (let pixel = workload.bias ? 1 : 0; pixel < tile.pixels.length; pixel++) {
      const sum = accumulatorOf(plan, tile, pixel, vector);
      if (workload.bias) a.emit("vmovaps", sum, first);
      else a.emit("vxorps", sum, sum, sum);
    }
  }
  a.emit("mov", running.x, pointers.x);
  a.emit("mov", running.weights, pointers.weights);
  emitTaps(createNest(a, plan, tile), 0, { x: 0, weights: 0 });
}

/** Displacements from the running pointers, in bytes. */
interface Offsets {
  readonly x: number;
  readonly weights: number;
}

/** How far a piece of code moved the running pointers, and the bytes of weights it took. */
interface Advance extends Offsets {
  readonly taken: number;
}

interface Nest {
  readonly a: Assembler;
  readonly plan: DirectPlan;
  readonly tile: Tile;
  readonly form: OperandForm;
  /** Packed bytes of weights of a step. */
  readonly stepBytes: number;
  /** Steps of a pass of the loop over a run; 0 where a run is unrolled whole. */
  readonly unroll: number;
  /** Loops over taps that remain loops. */
  readonly loops: number;
  /** Cache lines to prefetch at the beginning of each innermost pass. */
  readonly prefetch: number;
}

function createNest(a: Assembler, plan: DirectPlan, tile: Tile): Nest {
  const { geometry, point, simd } = plan;
  const steps = geometry.runBytes;
  const unroll = steps <= point.unroll ? 0 : unrollOf(steps, point.unroll);
  const inner = (level: number): number =>
    geometry.taps.slice(level).reduce((product, { count }) => product * count, steps);
  const loops =
    unroll > 0 ? geometry.taps.length : geometry.taps.filter((_, level) => inner(level) > point.unroll).length;
  const runs = geometry.taps.slice(0, loops).reduce((product, { count }) => product * count, 1);
  const passes = runs * (unroll > 0 ? Math.floor(steps / unroll) : 1);
  return {
    ...{ a, plan, tile, unroll, loops },
    form: operandForm(plan, tile.pixels.length, tile.vectors),
    stepBytes: vectorBytes(simd) * tile.vectors,
    prefetch: Math.ceil(plan.prefetchLines / passes),
  };
}

/** The largest divisor of the steps above half the limit, so that no rest is left; else the limit. */
function unrollOf(steps: number, limit: number): number {
  for (let unroll = limit; unroll > limit / 2; unroll--) if (steps % unroll === 0) return unroll;
  return limit;
}

/** The loops over taps from a level on; what is below the last loop is unrolled. */
function emitTaps(nest: Nest, level: number, from: Offsets): Advance {
  const tap = nest.plan.geometry.taps[level];
  if (level === nest.loops && nest.unroll === 0) emitPrefetch(nest);
  if (tap === undefined) return emitRun(nest, from);
  if (level >= nest.loops) return emitUnrolledTaps(nest, level, tap, from);
  const { a } = nest;
  return emitLoop(a, running.counters[level] as Register, tap.count, () => {
    const inner = emitTaps(nest, level + 1, from);
    a.emit("add", running.x, 4 * tap.step - inner.x);
    if (inner.taken !== inner.weights) a.emit("add", running.weights, inner.taken - inner.weights);
    return { x: 4 * tap.step, weights: inner.taken, taken: inner.taken };
  });
}

function emitUnrolledTaps(nest: Nest, level: number, { count, step }: Walk, from: Offsets): Advance {
  const next = nest.plan.geometry.taps[level + 1];
  let taken = 0;
  for (let index = 0; index < count; index++) {
    const place = { x: from.x + 4 * index * step, weights: from.weights + taken };
    taken += (next === undefined ? emitRun(nest, place) : emitUnrolledTaps(nest, level + 1, next, place)).taken;
  }
  return { x: 0, weights: 0, taken };
}

function emitRun(nest: Nest, from: Offsets): Advance {
  const { a, unroll, stepBytes, plan } = nest;
  const steps = plan.geometry.runBytes;
  const taken = steps * stepBytes;
  if (unroll === 0) {
    emitSteps(nest, steps, from);
    return { x: 0, weights: 0, taken };
  }
  const moved = emitLoop(a, running.counters[2], Math.floor(steps / unroll), () => {
    emitPrefetch(nest);
    emitSteps(nest, unroll, from);
    const pass = { x: 4 * unroll, weights: unroll * stepBytes };
    a.emit("add", running.x, pass.x);
    a.emit("add", running.weights, pass.weights);
    return { ...pass, taken: pass.weights };
  });
  emitSteps(nest, steps % unroll, from);
  return { ...moved, taken };
}

/** A counted loop round `pass`, which says how far one pass moves the pointers. */
function emitLoop(a: Assembler, counter: Register, count: number, pass: () => Advance): Advance {
  const top = a.freshLabel("loop");
  a.emit("mov", counter, count);
  a.bind(top);
  const { x, weights, taken } = pass();
  a.emit("sub", counter, 1);
  a.emit("jnz", top);
  return { x: count * x, weights: count * weights, taken: count * taken };
}

function emitPrefetch({ a, prefetch }: Nest): void {
  if (prefetch === 0) return;
  for (let line = 0; line < prefetch; line++) a.emit("prefetcht1", mem(running.ahead, { disp: 64 * line }));
  a.emit("add", running.ahead, 64 * prefetch);
}

/** `count` steps from displacements on: every pixel's four bytes times every vector of weights. */
function emitSteps({ a, plan, tile, form, stepBytes }: Nest, count: number, from: Offsets): void {
  const { simd } = plan;
  const { multiply } = plan.arithmetic;
  const first = tile.pixels.length * tile.vectors;
  const weight = (vector: number): Register => simd.vector(first + vector);
  const input = simd.vector(first + form.registers - 1);
  for (let step = 0; step < count; step++) {
    const stored = (vector: number): Memory =>
      mem(running.weights, { disp: from.weights + step * stepBytes + vectorBytes(simd) * vector });
    if (form.weights === "register")
      for (let vector = 0; vector < tile.vectors; vector++) a.emit("vmovups", weight(vector), stored(vector));
    tile.pixels.forEach((offset, pixel) => {
      const element = mem(running.x, { disp: from.x + 4 * (step + offset) });
      if (plan.workload.gather !== undefined) emitGathered(a, plan, input, element);
      else if (form.input === "register") a.emit("vbroadcastss", input, element);
      for (let vector = 0; vector < tile.vectors; vector++) {
        const sum = accumulatorOf(plan, tile, pixel, vector);
        if (form.weights === "memory") a.emit(multiply, sum, input, stored(vector));
        else a.emit(multiply, sum, weight(vector), form.input === "register" ? input : broadcast(element));
      }
    });
  }
}

/** One element of each group of the slice, in the lanes of its outputs; nothing behind the last group's is read. */
function emitGathered(a: Assembler, { simd, registers }: DirectPlan, input: Register, from: Memory): void {
  emitLoad(a, simd, input, from, simd.name === "avx512" ? gatherMask : simd.vector(registers + 1));
  a.emit("vpermps", input, simd.vector(registers), input);
}
