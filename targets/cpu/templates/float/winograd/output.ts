import type { Memory, Register } from "../../../../../src/codegen/x86/index.ts";
import { k, mem, rax, rcx } from "../../../../../src/codegen/x86/index.ts";
import type { Strides } from "../../../workload.ts";
import type { Emission } from "../../winograd/frame.ts";
import { slot } from "../../winograd/frame.ts";
import type { EmitVector } from "../../winograd/output.ts";
import { emitOutputRows, outputPointers } from "../../winograd/output.ts";
import { lanes } from "../../winograd/plan.ts";
import type { TileExtent } from "../../winograd/tile-walk.ts";
import { transformOf } from "../../winograd/transform.ts";
import type { FloatEpilogueEmitter } from "../epilogue.ts";

const channelMask = k(1);

/** Finishes vectors of float32 outputs. */
export function floatOutput(emission: Emission, epilogue: FloatEpilogueEmitter): EmitVector {
  const { a, plan } = emission;
  const hasTail = plan.workload.outputs % lanes > 0;
  return (extent, label) => {
    if (hasTail) {
      a.emit("kxnorw", channelMask, channelMask, channelMask);
      a.emit("cmp", rcx, 1);
      a.emit("jne", a.label(`${label}.full`));
      a.emit("mov", rax, slot("lastMask"));
      a.emit("kmovq", channelMask, rax);
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
  const { residual } = workload.epilogue;
  const { params } = outputPointers;
  const place = (base: Register, { row, pixel }: Strides, [i, j]: readonly [number, number]): Memory =>
    mem(base, { disp: 4 * (i * row + j * pixel) });
  emitOutputRows(a, {
    transform: transformOf(point.tile),
    rows: extent.rows,
    load: (value, row, column) => {
      a.emit("vmovaps", value, mem(outputPointers.sums, { disp: (row * size + column) * sums.point }));
      // The point (1, 1) counts once in every output.
      if (row === 1 && column === 1 && workload.bias) a.emit("vaddps", value, value, mem(outputPointers.bias));
    },
    finish: (row, values, free) => {
      epilogue.finish(
        a,
        values.slice(0, extent.columns).map((value, column) => ({
          ...{ value, mask, y: place(outputPointers.y, workload.y, [row, column]) },
          residual: residual === undefined ? undefined : place(outputPointers.residual, residual, [row, column]),
        })),
        { temporaries: free.slice(0, epilogue.temporaries), params },
      );
    },
  });
}
