import type { Assembler, Memory, Register } from "../../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../../src/codegen/x86/index.ts";
import type { Strides } from "../../../workload.ts";
import type { FloatEpilogueEmitter } from "../epilogue.ts";
import { emitLaneMask } from "../vectors.ts";
import type { DirectPlan } from "./plan.ts";
import { pointers, running, tailMask } from "./registers.ts";
import { accumulatorOf, emitSums } from "./sums.ts";

/** Output channels of a tile: `channels` of them in `vectors` vectors, the last perhaps not full. */
export interface TileChannels {
  readonly vectors: number;
  readonly channels: number;
}

/** Vector registers that an epilogue needs besides the accumulators. */
export function epilogueRegisters({ simd }: Pick<DirectPlan, "simd">, epilogue: FloatEpilogueEmitter): number {
  return epilogue.temporaries + (simd.name === "avx2" ? 1 : 0);
}

/** Emits sums and epilogue of a tile of `width` pixels (times the rows of a tile). */
export function emitTile(
  a: Assembler,
  plan: DirectPlan,
  epilogue: FloatEpilogueEmitter,
  width: number,
  { vectors, channels }: TileChannels,
): void {
  const { simd, registers, geometry, elementBytes, point, flat } = plan;
  const places = Array.from({ length: flat ? 1 : point.tileRows }, (_, row) =>
    Array.from({ length: width }, (__, column) => ({ row, column })),
  ).flat();
  const offset = (strides: Strides, { row, column }: { row: number; column: number }): number =>
    row * strides.row + column * strides.pixel;
  const tile = { vectors, pixels: places.map((place) => offset(geometry.x, place)) };
  emitSums(a, plan, tile);
  const free = Array.from({ length: registers - places.length * vectors }, (_, index) =>
    simd.vector(places.length * vectors + index),
  );
  const rest = channels % simd.lanes;
  // AVX2 has no opmasks: the register of the mask is free only between the sums.
  const mask = simd.name === "avx512" ? tailMask : (free.pop() as Register);
  if (rest > 0 && simd.name === "avx2") emitLaneMask(a, simd, mask, rest, running.x);
  const sums = places.flatMap((place, pixel) =>
    Array.from({ length: vectors }, (_, vector) => {
      const at = (base: Register, strides: Strides, bytes: number): Memory =>
        mem(base, { disp: bytes * (offset(strides, place) + simd.lanes * vector) });
      return {
        value: accumulatorOf(plan, tile, pixel, vector),
        y: at(pointers.y, geometry.y, elementBytes.y),
        residual:
          geometry.residual === undefined ? undefined : at(pointers.residual, geometry.residual, elementBytes.residual),
        mask: rest > 0 && vector === vectors - 1 ? mask : undefined,
      };
    }),
  );
  epilogue.finish(a, sums, { temporaries: free, params: pointers.params });
}
