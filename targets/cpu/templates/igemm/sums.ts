import type { Assembler, Register } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";
import type { Geometry } from "./geometry.ts";
import type { Offsets, RegisterTile, StepPointers } from "./steps.ts";
import { accumulatorOf, emitSteps, stepBytes, stepWeights } from "./steps.ts";
import type { Instruction, InstructionSink } from "../interleave.ts";
import { emitInterleaved, recordInstructions } from "../interleave.ts";

/** Pointers and counters of the sum over a window; the running pointers are overwritten. */
export interface SumRegisters extends StepPointers {
  /** First byte of the tile's window, and weights and biases of the channel block; kept. */
  readonly tile: Register;
  readonly block: Register;
  readonly bias: Register;
  /** Where the next prefetch goes; overwritten. */
  readonly ahead: Register;
  readonly counters: readonly [Register, Register, Register];
}

/** What the sums of one tile are emitted for. */
export interface SumOptions extends RegisterTile {
  readonly geometry: Geometry;
  readonly registers: SumRegisters;
  /** Most steps to unroll. */
  readonly unroll: number;
  /** Cache lines of weights to prefetch during the tile. */
  readonly prefetch: number;
}

/** Emits: accumulators = bias + sum over the window, with `filler` spread over the first unrolled steps. */
export function emitSums(assembler: Assembler, options: SumOptions, filler: readonly Instruction[] = []): void {
  const { isa, registers, vectors, pixels } = options;
  for (let vector = 0; vector < vectors; vector++) {
    const first = accumulatorOf(options, 0, vector);
    assembler.emit("vmovups", first, mem(registers.bias, { disp: 4 * isa.lanes * vector }));
    for (let pixel = 1; pixel < pixels.length; pixel++)
      assembler.emit("vmovaps", accumulatorOf(options, pixel, vector), first);
  }
  assembler.emit("mov", registers.x, registers.tile);
  assembler.emit("mov", registers.weights, registers.block);
  emitTaps(createNest(assembler, options, filler), 0, { x: 0, weights: 0 });
}

/** Whether the sums begin with unrolled steps that are run once a tile: a filler has a place. */
export function takesFiller(geometry: Geometry, step: number, unroll: number): boolean {
  return geometry.taps.length === 0 || geometry.runs * Math.ceil(geometry.runBytes / step) <= unroll;
}

/** How far a piece of code moved the running pointers, and the bytes of weights it took. */
interface Advance extends Offsets {
  readonly taken: number;
}

interface Nest {
  readonly assembler: Assembler;
  readonly options: SumOptions;
  readonly filler: readonly Instruction[];
  readonly steps: number;
  /** Steps of a pass of the loop over a run; 0 where a run is unrolled whole. */
  readonly unroll: number;
  /** Loops over taps that remain loops. */
  readonly loops: number;
  /** Cache lines to prefetch at the beginning of each innermost pass. */
  readonly prefetch: number;
}

function createNest(assembler: Assembler, options: SumOptions, filler: readonly Instruction[]): Nest {
  const { geometry, isa } = options;
  const steps = Math.ceil(geometry.runBytes / stepBytes(isa));
  const unroll = steps <= options.unroll ? 0 : unrollOf(steps, options.unroll);
  const inner = (level: number): number =>
    geometry.taps.slice(level).reduce((product, { count }) => product * count, steps);
  const loops =
    unroll > 0 ? geometry.taps.length : geometry.taps.filter((_, level) => inner(level) > options.unroll).length;
  const runs = geometry.taps.slice(0, loops).reduce((product, { count }) => product * count, 1);
  const passes = runs * (unroll > 0 ? Math.floor(steps / unroll) : 1);
  return {
    ...{ assembler, options, filler, steps, unroll, loops },
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
  const { assembler, options } = nest;
  const { geometry, registers } = options;
  const tap = geometry.taps[level];
  if (level >= nest.loops && nest.unroll === 0) {
    emitPrefetch(nest);
    let taken = 0;
    const steps = recordInstructions((sink) => {
      taken = emitUnrolledTaps(nest, sink, level, from);
    });
    emitInterleaved(assembler, steps, nest.filler);
    return { x: 0, weights: 0, taken };
  }
  if (tap === undefined) return emitRunLoop(nest, from);
  return emitLoop(nest, registers.counters[level] as Register, tap.count, () => {
    const inner = emitTaps(nest, level + 1, from);
    assembler.emit("add", registers.x, tap.step - inner.x);
    assembler.emit("add", registers.weights, inner.taken - inner.weights);
    return { x: tap.step, weights: inner.taken, taken: inner.taken };
  });
}

/** Whole runs without loops; returns the bytes of weights taken. */
function emitUnrolledTaps(nest: Nest, sink: InstructionSink, level: number, from: Offsets): number {
  const { steps, options } = nest;
  const tap = options.geometry.taps[level];
  if (tap === undefined) {
    emitSteps(sink, options, options.registers, steps, from);
    return steps * stepWeights(options);
  }
  let taken = 0;
  for (let index = 0; index < tap.count; index++)
    taken += emitUnrolledTaps(nest, sink, level + 1, { x: from.x + index * tap.step, weights: from.weights + taken });
  return taken;
}

/** A run in passes of unrolled steps; with a filler the first pass stands before the loop. */
function emitRunLoop(nest: Nest, from: Offsets): Advance {
  const { assembler, steps, unroll, options, filler } = nest;
  const { registers } = options;
  const pass = { x: unroll * stepBytes(options.isa), weights: unroll * stepWeights(options) };
  const emitPass = (between: readonly Instruction[]): Advance => {
    emitPrefetch(nest);
    const instructions = recordInstructions((sink) => emitSteps(sink, options, registers, unroll, from));
    emitInterleaved(assembler, instructions, between);
    assembler.emit("add", registers.x, pass.x);
    assembler.emit("add", registers.weights, pass.weights);
    return { ...pass, taken: pass.weights };
  };
  const passes = Math.floor(steps / unroll);
  const first = filler.length > 0 ? 1 : 0;
  if (first > 0) emitPass(filler);
  if (passes > first) emitLoop(nest, registers.counters[2], passes - first, () => emitPass([]));
  emitSteps(assembler, options, registers, steps % unroll, from);
  return { x: passes * pass.x, weights: passes * pass.weights, taken: steps * stepWeights(options) };
}

/** A counted loop round `pass`, which says how far one pass moves the pointers. */
function emitLoop({ assembler }: Nest, counter: Register, count: number, pass: () => Advance): Advance {
  const top = assembler.freshLabel("loop");
  assembler.emit("mov", counter, count);
  assembler.bind(top);
  const { x, weights, taken } = pass();
  assembler.emit("sub", counter, 1);
  assembler.emit("jnz", top);
  return { x: count * x, weights: count * weights, taken: count * taken };
}

function emitPrefetch({ assembler, options, prefetch }: Nest): void {
  const { registers } = options;
  if (prefetch === 0) return;
  for (let line = 0; line < prefetch; line++) assembler.emit("prefetcht1", mem(registers.ahead, { disp: 64 * line }));
  assembler.emit("add", registers.ahead, 64 * prefetch);
}
