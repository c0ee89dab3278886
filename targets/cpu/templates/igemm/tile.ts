import type { Assembler, Register } from "../../../../src/codegen/x86/index.ts";
import { k } from "../../../../src/codegen/x86/index.ts";
import { createEpilogueEmitter } from "../epilogue/emit-epilogue.ts";
import type { AccumulatorGroup, Address, Segment } from "../epilogue/epilogue-context.ts";
import type { IgemmPlan } from "./plan.ts";
import { shiftDistance } from "../channel-arguments.ts";
import { operandRegisters } from "./steps.ts";
import type { SumRegisters } from "./sums.ts";
import { emitSums } from "./sums.ts";
import type { Instruction, InstructionSink } from "../interleave.ts";
import { paddedChannels } from "./weights.ts";

/** Pointers that a tile is emitted over. */
export interface TileRegisters extends SumRegisters {
  /** First element of the tile in y and the residual. */
  readonly y: Register;
  readonly residual: Register;
  /** Multipliers of the channel block. */
  readonly multiplier: Register;
  readonly params: Register;
  readonly table: Register;
  /** Overwritten by the epilogue, which may run between the steps of the next tile. */
  readonly scalar: Register;
}

/** Output channels of a tile: `channels` of them in `vectors` vectors, the last perhaps not full. */
export interface TileChannels {
  readonly vectors: number;
  readonly channels: number;
}

/** Bytes of an element of y. */
export function elementBytes({ workload }: Pick<IgemmPlan, "workload">): 1 | 4 {
  return workload.epilogue.out === "u8" ? 1 : 4;
}

/** A tile's code in its parts. */
export interface Tile {
  readonly width: number;
  /** Loads what the epilogue keeps in registers: before the first tile where tiles overlap, else before each epilogue. */
  load(): void;
  /** Sums into the accumulators, with `filler` spread over the first steps. */
  sums(filler?: readonly Instruction[]): void;
  /** Where tiles overlap: hands the accumulators to the epilogue, so that the next tile can begin. */
  handOver(): void;
  epilogue(sink: InstructionSink): void;
}

/** Where a product that gathers keeps what it shuffles x by: behind the registers that all else takes. */
export function shuffleRegister({ isa }: Pick<IgemmPlan, "isa">): Register {
  return isa.vector(isa.registers);
}

/** The tile of `width` pixels (times the rows of a tile) and the given channels. */
export function createTile(
  assembler: Assembler,
  plan: IgemmPlan,
  registers: TileRegisters,
  width: number,
  channels: TileChannels,
): Tile {
  const { isa, geometry, point, workload } = plan;
  const { vectors } = channels;
  const pixels = Array.from({ length: plan.flat ? 1 : point.tileRows }, (_, row) =>
    Array.from({ length: width }, (__, column) => ({ row, column })),
  ).flat();
  const count = pixels.length * vectors;
  const shadow = point.overlap === 1 ? count : 0;
  const memory = Math.min(point.memory, vectors);
  const operands = count + shadow;
  const free = operands + (point.overlap === 1 ? operandRegisters(isa, vectors, memory) : 0);
  const emitter = createEpilogueEmitter({
    ...{ isa, epilogue: workload.epilogue, order: "natural" },
    registers: {
      ...registers,
      vectors: Array.from({ length: isa.registers - free }, (_, index) => isa.vector(free + index)),
      masks: { store: k(1), lookup: k(2) },
    },
  });
  const size = elementBytes(plan);
  const { y, residual } = geometry;
  const places = pixels.map(({ row, column }) => ({
    y: { base: registers.y, displacement: size * (row * y.row + column * y.pixel) },
    residual:
      residual === undefined
        ? undefined
        : { base: registers.residual, displacement: row * residual.row + column * residual.pixel },
  }));
  const groups = groupsOf(plan, registers, places, channels, shadow);
  return {
    width,
    load: () => emitter.load(assembler),
    sums: (filler) => {
      const offsets = pixels.map(({ row, column }) => row * geometry.x.row + column * geometry.x.pixel);
      const prefetch = plan.prefetchLines;
      const { unroll } = point;
      const shuffle = workload.gather === undefined ? undefined : shuffleRegister(plan);
      emitSums(
        assembler,
        { isa, geometry, registers, vectors, memory, operands, shuffle, unroll, prefetch, pixels: offsets },
        filler,
      );
    },
    handOver: () => {
      for (let index = 0; index < shadow; index++)
        assembler.emit("vmovaps", isa.vector(shadow + index), isa.vector(index));
    },
    epilogue: (sink) => {
      emitter.finish(sink, groups);
    },
  };
}

interface PixelPlace {
  readonly y: Address;
  readonly residual: Address | undefined;
}

/** Accumulators in fours: of one pixel while there are as many, else of neighbouring pixels. */
function groupsOf(
  plan: IgemmPlan,
  registers: TileRegisters,
  places: readonly PixelPlace[],
  { vectors, channels }: TileChannels,
  firstRegister: number,
): readonly AccumulatorGroup[] {
  const { isa } = plan;
  const groups: AccumulatorGroup[] = [];
  for (let vector = 0; vector < vectors; vector += 4) {
    const count = Math.min(4, vectors - vector);
    const together = Math.floor(4 / count);
    for (let first = 0; first < places.length; first += together) {
      const members = places.slice(first, first + together);
      const entries = members.flatMap((_, index) =>
        Array.from({ length: count }, (__, offset) => ({ pixel: first + index, vector: vector + offset })),
      );
      groups.push({
        accumulators: entries.map((entry) => isa.vector(firstRegister + entry.pixel * vectors + entry.vector)),
        multipliers: entries.map((entry) => ({
          base: registers.multiplier,
          displacement: 4 * isa.lanes * entry.vector,
        })),
        ...(plan.workload.shift === true ? { shift: shiftDistance(paddedChannels(plan)) } : {}),
        segments: members.map(({ y, residual }, index): Segment => ({
          first: index * count,
          channels: Math.min(count * isa.lanes, channels - vector * isa.lanes),
          y: moved(y, elementBytes(plan) * vector * isa.lanes),
          residual: residual === undefined ? undefined : moved(residual, vector * isa.lanes),
        })),
      });
    }
  }
  return groups;
}

function moved({ base, displacement }: Address, bytes: number): Address {
  return { base, displacement: displacement + bytes };
}
