import type { Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { mem, xmm } from "../../../../src/codegen/x86/index.ts";
import type { VectorIsa } from "../epilogue/vector-isa.ts";
import type { InstructionSink } from "../interleave.ts";

/** A register tile: pixels times vectors of output channels, one accumulator each from register 0 on. */
export interface RegisterTile {
  readonly isa: VectorIsa;
  /** Offsets of the pixels in x, in bytes. */
  readonly pixels: readonly number[];
  /** Vectors of output channels. */
  readonly vectors: number;
  /** Weight vectors taken from memory by the dot product itself instead of from a register. */
  readonly memory: number;
  /** The register that shuffles 16 bytes of x so that each lane has those of its group; undefined where all take the same. */
  readonly shuffle: Register | undefined;
  /** First vector register for operands: {@link operandRegisters} of them. */
  readonly operands: number;
}

/** Running pointers of the sums. */
export interface StepPointers {
  readonly x: Register;
  readonly weights: Register;
}

/** Displacements from the running pointers, in bytes. */
export interface Offsets {
  readonly x: number;
  readonly weights: number;
}

/** Bytes of x that a step takes. */
export function stepBytes(isa: VectorIsa): 4 | 2 {
  return isa.name === "avx2" ? 2 : 4;
}

/** Packed bytes of weights of a step. */
export function stepWeights({ isa, vectors }: Pick<RegisterTile, "isa" | "vectors">): number {
  return stepBytes(isa) * isa.lanes * vectors;
}

/** Vector registers that the sums need besides the accumulators. */
export function operandRegisters(isa: VectorIsa, vectors: number, memory: number): number {
  return vectors - memory + (isa.name === "avx2" ? 2 : 1);
}

/** The accumulator of a pixel of the tile and a vector of channels. */
export function accumulatorOf(
  { isa, vectors }: Pick<RegisterTile, "isa" | "vectors">,
  pixel: number,
  vector: number,
): Register {
  return isa.vector(pixel * vectors + vector);
}

/** `count` steps from displacements on: every pixel's bytes, broadcast, times every vector of weights. */
export function emitSteps(
  sink: InstructionSink,
  tile: RegisterTile,
  pointers: StepPointers,
  count: number,
  from: Offsets,
): void {
  const emitStep = tile.isa.name === "avx2" ? emitWideningStep : emitDotStep;
  for (let step = 0; step < count; step++)
    emitStep(sink, tile, pointers, {
      x: from.x + step * stepBytes(tile.isa),
      weights: from.weights + step * stepWeights(tile),
    });
}

function emitDotStep(sink: InstructionSink, tile: RegisterTile, pointers: StepPointers, at: Offsets): void {
  const { isa, vectors, operands } = tile;
  const resident = vectors - tile.memory;
  const x = isa.vector(operands + resident);
  const stored = (vector: number): Memory => mem(pointers.weights, { disp: at.weights + 4 * isa.lanes * vector });
  for (let vector = 0; vector < resident; vector++) sink.emit("vmovups", isa.vector(operands + vector), stored(vector));
  tile.pixels.forEach((offset, pixel) => {
    const input = mem(pointers.x, { disp: at.x + offset });
    if (tile.shuffle === undefined) sink.emit("vpbroadcastd", x, input);
    else emitShuffled(sink, tile.isa, x, input, tile.shuffle);
    for (let vector = 0; vector < vectors; vector++) {
      const weights = vector < resident ? isa.vector(operands + vector) : stored(vector);
      sink.emit(isa.dot, accumulatorOf(tile, pixel, vector), x, weights);
    }
  });
}

/** Each lane's bytes of 16 bytes of x. */
function emitShuffled(sink: InstructionSink, isa: VectorIsa, x: Register, input: Memory, shuffle: Register): void {
  if (isa.lanes === 16) sink.emit("vbroadcasti32x4", x, input);
  else sink.emit("vbroadcasti128", x, input);
  sink.emit("vpshufb", x, x, shuffle);
}

/** Two bytes of x a step, widened to 16 bits like the weights: `vpmaddubsw` would saturate. */
function emitWideningStep(sink: InstructionSink, tile: RegisterTile, pointers: StepPointers, at: Offsets): void {
  const { isa, vectors, operands } = tile;
  const weights = (vector: number): Register => isa.vector(operands + vector);
  const [x, product] = [isa.vector(operands + vectors), isa.vector(operands + vectors + 1)];
  for (let vector = 0; vector < vectors; vector++)
    sink.emit("vpmovsxbw", weights(vector), mem(pointers.weights, { disp: at.weights + 2 * isa.lanes * vector }));
  tile.pixels.forEach((offset, pixel) => {
    const input = mem(pointers.x, { disp: at.x + offset });
    if (tile.shuffle === undefined) {
      sink.emit("vpbroadcastw", xmm(x.index), input);
      sink.emit("vpmovzxbw", x, xmm(x.index));
    } else emitShuffled(sink, tile.isa, x, input, tile.shuffle);
    for (let vector = 0; vector < vectors; vector++) {
      const accumulator = accumulatorOf(tile, pixel, vector);
      sink.emit("vpmaddwd", product, x, weights(vector));
      sink.emit("vpaddd", accumulator, accumulator, product);
    }
  });
}
