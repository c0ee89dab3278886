import type { FloatStorage } from "../../../float-workload.ts";
import type { Simd } from "../../bytes/simd.ts";
import type { InputTransform } from "../../winograd/input.ts";
import { transformOf } from "../../winograd/transform.ts";
import { emitLoad, emitLoadBf16, emitZero } from "../vectors.ts";

/** The transform of float32 inputs, however stored; what lies beyond the input is taken as zero. */
export function floatInput(tile: number, simd: Simd, storage: FloatStorage): InputTransform {
  const transform = transformOf(tile, simd);
  return {
    prepare: (a) => {
      transform.prepareInput(a);
    },
    rows: (a, load, take, place) => {
      transform.inputRows(a, load, take, place);
    },
    row: (a, _row, values, temporaries) => transform.input(a, values, temporaries),
    load: (a, to, from, mask) => {
      if (storage === "bf16") emitLoadBf16(a, to, from, mask);
      else emitLoad(a, simd, to, from, mask);
    },
    clear: (a, to) => {
      emitZero(a, simd, to);
    },
  };
}
