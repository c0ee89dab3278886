import type { Memory, Register } from "../../../../../src/codegen/x86/index.ts";
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
  zmm,
} from "../../../../../src/codegen/x86/index.ts";
import { emitCounted } from "../vectors.ts";
import type { Emission } from "./frame.ts";
import { slot } from "./frame.ts";
import { lanes, splitBlock } from "./plan.ts";

/** Pointers: of a point's inputs, weights and sums; of the register tile; running ones; where the next prefetch goes. */
const point = { inputs: r8, weights: r9, sums: r10 };
const tile = { inputs: r11, sums: r12 };
const running = { inputs: r13, weights: r14 };
const ahead = rbx;
const [steps, counter] = [rcx, rbp];

/** Registers of a tile: accumulators, then weights, then one for an input where there is room. */
interface RegisterTile {
  readonly width: number;
  readonly vectors: number;
  accumulator(pixel: number, vector: number): Register;
  weight(vector: number): Register;
  readonly input: Register | undefined;
}

function registerTile(width: number, vectors: number): RegisterTile {
  const first = width * vectors;
  const free = 32 - first - vectors;
  if (free < 0) throw new Error(`a tile of ${width} by ${vectors} vectors does not fit in 32 registers`);
  return {
    ...{ width, vectors },
    accumulator: (pixel, vector) => zmm(pixel * vectors + vector),
    weight: (vector) => zmm(first + vector),
    // One input is worth a register when several vectors are multiplied by it.
    input: free > 0 && vectors > 1 ? zmm(first + vectors) : undefined,
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
    emitRegisterTile(emission, registerTile(width, vectors), split.wide + split.narrow);
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

function emitRegisterTile({ a, plan }: Emission, registers: RegisterTile, groups: number): void {
  const { workload, point: chosen, inputs, sums } = plan;
  const { width, vectors, accumulator } = registers;
  const stepBytes = 64 * chosen.vectors;
  for (let pixel = 0; pixel < width; pixel++)
    for (let vector = 0; vector < vectors; vector++) {
      const sum = accumulator(pixel, vector);
      a.emit("vpxord", sum, sum, sum);
    }
  a.emit("mov", running.inputs, tile.inputs);
  a.emit("mov", running.weights, point.weights);
  const unroll = Math.min(chosen.unroll, workload.inputs);
  emitCounted(a, steps, Math.floor(workload.inputs / unroll), () => {
    const lines = chosen.prefetch > 0 ? Math.ceil((unroll * chosen.vectors) / groups) : 0;
    for (let line = 0; line < lines; line++) a.emit("prefetcht1", mem(ahead, { disp: 64 * line }));
    if (lines > 0) a.emit("add", ahead, 64 * lines);
    for (let step = 0; step < unroll; step++) emitStep(step);
    a.emit("add", running.inputs, 4 * unroll);
    a.emit("add", running.weights, stepBytes * unroll);
  });
  for (let step = 0; step < workload.inputs % unroll; step++) emitStep(step);
  for (let pixel = 0; pixel < width; pixel++)
    for (let vector = 0; vector < vectors; vector++) {
      const to = mem(tile.sums, { disp: pixel * sums.tile + 4 * lanes * vector });
      a.emit("vmovaps", to, accumulator(pixel, vector));
    }

  function emitStep(step: number): void {
    for (let vector = 0; vector < vectors; vector++)
      a.emit("vmovups", registers.weight(vector), mem(running.weights, { disp: step * stepBytes + 64 * vector }));
    for (let pixel = 0; pixel < width; pixel++) {
      const from: Memory = mem(running.inputs, { disp: pixel * inputs.tile + 4 * step });
      if (registers.input !== undefined) a.emit("vbroadcastss", registers.input, from);
      for (let vector = 0; vector < vectors; vector++)
        a.emit("vfmadd231ps", accumulator(pixel, vector), registers.weight(vector), registers.input ?? broadcast(from));
    }
  }
}
