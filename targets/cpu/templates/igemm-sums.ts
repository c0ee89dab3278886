import type { Assembler, Memory, Register } from "../../../src/codegen/x86/index.ts";
import { mem, xmm } from "../../../src/codegen/x86/index.ts";
import type { VectorIsa } from "./epilogue/vector-isa.ts";
import type { Geometry, Walk } from "./igemm-geometry.ts";

/** Pointers and counters of the sum over a window. */
export interface SumRegisters {
  /** First byte of the tile's window, and weights and biases of the channel block; kept. */
  readonly tile: Register;
  readonly block: Register;
  readonly bias: Register;
  /** Running pointers; overwritten. */
  readonly x: Register;
  readonly weights: Register;
  /** Where the next prefetch goes; overwritten. */
  readonly ahead: Register;
  readonly counters: readonly [Register, Register, Register];
}

/** What the sums of one tile are emitted for. */
export interface SumOptions {
  readonly assembler: Assembler;
  readonly isa: VectorIsa;
  readonly geometry: Geometry;
  readonly registers: SumRegisters;
  /** Offsets of the tile's pixels in x, in bytes. */
  readonly pixels: readonly number[];
  /** Vectors of output channels. */
  readonly vectors: number;
  /** Weight vectors taken from memory by the dot product itself instead of from a register. */
  readonly memory: number;
  /** Most steps to unroll. */
  readonly unroll: number;
  /** Cache lines of weights to prefetch during the tile. */
  readonly prefetch: number;
}

/** Bytes of x that a step takes. */
export function stepBytes(isa: VectorIsa): 4 | 2 {
  return isa.name === "avx2" ? 2 : 4;
}

/** The accumulator of a pixel of the tile and a vector of channels. */
export function accumulatorOf(isa: VectorIsa, vectors: number, pixel: number, vector: number): Register {
  return isa.vector(pixel * vectors + vector);
}

/** Vector registers that the sums need besides the accumulators. */
export function operandRegisters(isa: VectorIsa, vectors: number, memory: number): number {
  return vectors - memory + (isa.name === "avx2" ? 2 : 1);
}

/** Emits: accumulators = bias + sum over the window. */
export function emitSums(options: SumOptions): void {
  const { assembler, isa, registers, vectors, pixels } = options;
  for (let vector = 0; vector < vectors; vector++) {
    const first = accumulatorOf(isa, vectors, 0, vector);
    assembler.emit("vmovups", first, mem(registers.bias, { disp: 4 * isa.lanes * vector }));
    for (let pixel = 1; pixel < pixels.length; pixel++)
      assembler.emit("vmovaps", accumulatorOf(isa, vectors, pixel, vector), first);
  }
  assembler.emit("mov", registers.x, registers.tile);
  assembler.emit("mov", registers.weights, registers.block);
  emitTaps(createNest(options), 0, { x: 0, weights: 0 });
}

/** Displacements from the running pointers. */
interface Offsets {
  readonly x: number;
  readonly weights: number;
}

/** How far a piece of code moved the running pointers, and the bytes of weights it took. */
interface Advance extends Offsets {
  readonly taken: number;
}

interface Nest {
  readonly options: SumOptions;
  readonly steps: number;
  /** Packed bytes of weights of a step. */
  readonly stepWeights: number;
  /** Steps of a pass of the loop over a run; 0 where a run is unrolled whole. */
  readonly unroll: number;
  /** Loops over taps that remain loops. */
  readonly loops: number;
  /** Cache lines to prefetch at the beginning of each innermost pass. */
  readonly prefetch: number;
}

function createNest(options: SumOptions): Nest {
  const { geometry, isa, vectors } = options;
  const step = stepBytes(isa);
  const steps = Math.ceil(geometry.runBytes / step);
  const unroll = steps <= options.unroll ? 0 : unrollOf(steps, options.unroll);
  const inner = (level: number): number =>
    geometry.taps.slice(level).reduce((product, { count }) => product * count, steps);
  const loops =
    unroll > 0 ? geometry.taps.length : geometry.taps.filter((_, level) => inner(level) > options.unroll).length;
  const runs = geometry.taps.slice(0, loops).reduce((product, { count }) => product * count, 1);
  const passes = runs * (unroll > 0 ? Math.floor(steps / unroll) : 1);
  return {
    ...{ options, steps, unroll, loops },
    stepWeights: step * isa.lanes * vectors,
    prefetch: Math.ceil(options.prefetch / passes),
  };
}

/** The largest divisor of the steps between half the limit and the limit, so that no rest is left; else the limit. */
function unrollOf(steps: number, limit: number): number {
  for (let unroll = limit; unroll > limit / 2; unroll--) if (steps % unroll === 0) return unroll;
  return limit;
}

/** The loops over taps from a level on; what is below the last loop is unrolled. */
function emitTaps(nest: Nest, level: number, from: Offsets): Advance {
  const tap = nest.options.geometry.taps[level];
  if (level === nest.loops && nest.unroll === 0) emitPrefetch(nest);
  if (tap === undefined) return emitRun(nest, from);
  if (level >= nest.loops) return emitUnrolledTaps(nest, level, tap, from);
  const { assembler, registers } = nest.options;
  const { x, weights } = registers;
  return emitLoop(nest, registers.counters[level] as Register, tap.count, () => {
    const inner = emitTaps(nest, level + 1, from);
    assembler.emit("add", x, tap.step - inner.x);
    assembler.emit("add", weights, inner.taken - inner.weights);
    return { x: tap.step, weights: inner.taken, taken: inner.taken };
  });
}

function emitUnrolledTaps(nest: Nest, level: number, { count, step }: Walk, from: Offsets): Advance {
  let taken = 0;
  for (let index = 0; index < count; index++) {
    const place = { x: from.x + index * step, weights: from.weights + taken };
    const tap = nest.options.geometry.taps[level + 1];
    taken += (tap === undefined ? emitRun(nest, place) : emitUnrolledTaps(nest, level + 1, tap, place)).taken;
  }
  return { x: 0, weights: 0, taken };
}

function emitRun(nest: Nest, from: Offsets): Advance {
  const { steps, stepWeights, unroll, options } = nest;
  const { assembler, isa, registers } = options;
  if (unroll === 0) {
    emitSteps(nest, steps, from);
    return { x: 0, weights: 0, taken: steps * stepWeights };
  }
  const moved = emitLoop(nest, registers.counters[2], Math.floor(steps / unroll), () => {
    emitPrefetch(nest);
    emitSteps(nest, unroll, from);
    const pass = { x: unroll * stepBytes(isa), weights: unroll * stepWeights };
    assembler.emit("add", registers.x, pass.x);
    assembler.emit("add", registers.weights, pass.weights);
    return { ...pass, taken: pass.weights };
  });
  emitSteps(nest, steps % unroll, from);
  return { ...moved, taken: steps * stepWeights };
}

/** A counted loop round `pass`, which says how far one pass moves the pointers. */
function emitLoop({ options }: Nest, counter: Register, count: number, pass: () => Advance): Advance {
  const { assembler } = options;
  const top = assembler.freshLabel("loop");
  assembler.emit("mov", counter, count);
  assembler.bind(top);
  const { x, weights, taken } = pass();
  assembler.emit("sub", counter, 1);
  assembler.emit("jnz", top);
  return { x: count * x, weights: count * weights, taken: count * taken };
}

function emitPrefetch({ options, prefetch }: Nest): void {
  const { assembler, registers } = options;
  if (prefetch === 0) return;
  for (let line = 0; line < prefetch; line++) assembler.emit("prefetcht1", mem(registers.ahead, { disp: 64 * line }));
  assembler.emit("add", registers.ahead, 64 * prefetch);
}

/** `count` steps from displacements on: every pixel's bytes, broadcast, times every vector of weights. */
function emitSteps({ options, stepWeights }: Nest, count: number, from: Offsets): void {
  const { isa, vectors, memory, pixels } = options;
  const first = pixels.length * vectors;
  const weight = (vector: number): Register => isa.vector(first + vector);
  const spare = first + vectors - memory;
  for (let step = 0; step < count; step++) {
    const at = { x: from.x + step * stepBytes(isa), weights: from.weights + step * stepWeights };
    if (isa.name === "avx2") emitWideningStep(options, at, weight, isa.vector(spare), isa.vector(spare + 1));
    else emitDotStep(options, at, weight, isa.vector(spare));
  }
}

function emitDotStep(
  { assembler, isa, registers, ...tile }: SumOptions,
  at: Offsets,
  weight: (vector: number) => Register,
  x: Register,
): void {
  const stored = (vector: number): Memory => mem(registers.weights, { disp: at.weights + 4 * isa.lanes * vector });
  const resident = tile.vectors - tile.memory;
  for (let vector = 0; vector < resident; vector++) assembler.emit("vmovups", weight(vector), stored(vector));
  tile.pixels.forEach((offset, pixel) => {
    assembler.emit("vpbroadcastd", x, mem(registers.x, { disp: at.x + offset }));
    for (let vector = 0; vector < tile.vectors; vector++)
      assembler.emit(
        "vpdpbusd",
        accumulatorOf(isa, tile.vectors, pixel, vector),
        x,
        vector < resident ? weight(vector) : stored(vector),
      );
  });
}

/** Two bytes of x a step, widened to 16 bits like the weights: `vpmaddubsw` would saturate. */
function emitWideningStep(
  { assembler, isa, registers, vectors, pixels }: SumOptions,
  at: Offsets,
  weight: (vector: number) => Register,
  x: Register,
  product: Register,
): void {
  for (let vector = 0; vector < vectors; vector++)
    assembler.emit("vpmovsxbw", weight(vector), mem(registers.weights, { disp: at.weights + 2 * isa.lanes * vector }));
  pixels.forEach((offset, pixel) => {
    assembler.emit("vpbroadcastw", xmm(x.index), mem(registers.x, { disp: at.x + offset }));
    assembler.emit("vpmovzxbw", x, xmm(x.index));
    for (let vector = 0; vector < vectors; vector++) {
      const accumulator = accumulatorOf(isa, vectors, pixel, vector);
      assembler.emit("vpmaddwd", product, x, weight(vector));
      assembler.emit("vpaddd", accumulator, accumulator, product);
    }
  });
}
