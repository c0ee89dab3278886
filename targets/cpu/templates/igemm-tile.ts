import type { Assembler, Register } from "../../../src/codegen/x86/index.ts";
import { k } from "../../../src/codegen/x86/index.ts";
import { createEpilogueEmitter } from "./epilogue/emit-epilogue.ts";
import type { AccumulatorGroup, Address, Segment } from "./epilogue/epilogue-context.ts";
import type { IgemmPlan } from "./igemm-plan.ts";
import type { SumRegisters } from "./igemm-sums.ts";
import { accumulatorOf, emitSums } from "./igemm-sums.ts";

/** Pointers that a tile is emitted over. */
export interface TileRegisters extends SumRegisters {
  /** First element of the tile in y and the residual. */
  readonly y: Register;
  readonly residual: Register;
  /** Multipliers of the channel block. */
  readonly multiplier: Register;
  readonly params: Register;
  readonly table: Register;
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

/** Emits sums and epilogue of a tile of `width` pixels (times the rows of a tile). */
export function emitTile(
  assembler: Assembler,
  plan: IgemmPlan,
  registers: TileRegisters,
  width: number,
  channels: TileChannels,
): void {
  const { isa, geometry, point, workload } = plan;
  const { vectors } = channels;
  const pixels = Array.from({ length: plan.flat ? 1 : point.tileRows }, (_, row) =>
    Array.from({ length: width }, (__, column) => ({ row, column })),
  ).flat();
  emitSums({
    ...{ assembler, isa, geometry, registers, vectors },
    pixels: pixels.map(({ row, column }) => row * geometry.x.row + column * geometry.x.pixel),
    memory: Math.min(point.memory, vectors),
    unroll: point.unroll,
    prefetch: plan.prefetchLines,
  });
  const accumulators = pixels.length * vectors;
  const epilogue = createEpilogueEmitter({
    ...{ assembler, isa, epilogue: workload.epilogue, order: "natural" },
    registers: {
      ...registers,
      vectors: Array.from({ length: isa.registers - accumulators }, (_, index) => isa.vector(accumulators + index)),
      scalar: registers.x,
      masks: { store: k(1), lookup: k(2) },
    },
  });
  epilogue.begin();
  const size = elementBytes(plan);
  const { y, residual } = geometry;
  const places = pixels.map(({ row, column }) => ({
    y: { base: registers.y, displacement: size * (row * y.row + column * y.pixel) },
    residual:
      residual === undefined
        ? undefined
        : { base: registers.residual, displacement: row * residual.row + column * residual.pixel },
  }));
  for (const group of groupsOf(plan, registers, places, channels)) epilogue.finish(group);
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
        accumulators: entries.map((entry) => accumulatorOf(isa, vectors, entry.pixel, entry.vector)),
        multipliers: entries.map((entry) => ({
          base: registers.multiplier,
          displacement: 4 * isa.lanes * entry.vector,
        })),
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
