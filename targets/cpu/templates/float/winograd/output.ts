import type { Memory, Register } from "../../../../../src/codegen/x86/index.ts";
import { mem, rax, rcx } from "../../../../../src/codegen/x86/index.ts";
import type { Strides } from "../../../workload.ts";
import { emitAllLanes, emitLastLanes, laneMaskOf } from "../../winograd/lane-mask.ts";
import type { Emission } from "../../winograd/frame.ts";
import { slot } from "../../winograd/frame.ts";
import type { EmitVector } from "../../winograd/output.ts";
import { emitOutputRows, outputPointers } from "../../winograd/output.ts";
import type { TileExtent } from "../../winograd/tile-walk.ts";
import { transformOf } from "../../winograd/transform.ts";
import type { FloatEpilogueEmitter } from "../epilogue.ts";

/** Finishes vectors of float32 outputs. */
export function floatOutput(emission: Emission, epilogue: FloatEpilogueEmitter): EmitVector {
  const { a, plan } = emission;
  const { simd } = plan.arithmetic;
  const channelMask = laneMaskOf(simd);
  const hasTail = plan.workload.outputs % simd.lanes > 0;
  return (extent, label) => {
    if (hasTail) {
      emitAllLanes(a, simd, "kxnorw");
      a.emit("cmp", rcx, 1);
      a.emit("jne", a.label(`${label}.full`));
      a.emit("mov", rax, slot("lastMask"));
      emitLastLanes(a, simd);
      a.bind(`${label}.full`);
    }
    emitVector(emission, epilogue, extent, hasTail ? channelMask : undefined);
  };
}

function emitVector(
  { a, plan }: Emission,
  epilogue: FloatEpilogueEmitter,
  extent: TileExtent,
  mask: Register | undefined,
): void {
  const { sums, workload, size, point } = plan;
  const { simd, elementBytes } = plan.arithmetic;
  const { residual } = workload.epilogue;
  const { params } = outputPointers;
  const place = (base: Register, bytes: number, { row, pixel }: Strides, [i, j]: readonly [number, number]): Memory =>
    mem(base, { disp: bytes * (i * row + j * pixel) });
  const sum = (row: number, column: number): Memory =>
    mem(outputPointers.sums, { disp: (row * size + column) * sums.point });
  emitOutputRows(a, {
    simd,
    transform: transformOf(point.tile, simd),
    rows: extent.rows,
    place: sum,
    load: (value, row, column) => {
      a.emit("vmovaps", value, sum(row, column));
      // The point (1, 1) counts once in every output.
      if (row === 1 && column === 1 && workload.bias) a.emit("vaddps", value, value, mem(outputPointers.bias));
    },
    finish: (row, values, free) => {
      epilogue.finish(
        a,
        values.slice(0, extent.columns).map((value, column) => ({
          ...{ value, mask, y: place(outputPointers.y, elementBytes.y, workload.y, [row, column]) },
          residual:
            residual === undefined
              ? undefined
              : place(outputPointers.residual, elementBytes.residual, residual, [row, column]),
        })),
        { temporaries: free.slice(0, epilogue.temporaries), params },
      );
    },
  });
}
