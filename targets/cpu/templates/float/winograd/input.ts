import { masked } from "../../../../../src/codegen/x86/index.ts";
import type { InputTransform } from "../../winograd/input.ts";
import { transformOf } from "../../winograd/transform.ts";

/** The transform of float32 inputs; what lies beyond the input is taken as zero. */
export function floatInput(tile: number): InputTransform {
  const transform = transformOf(tile);
  return {
    prepare: (a) => {
      transform.prepareInput(a);
    },
    rows: (a, load, take) => {
      transform.inputRows(a, load, take);
    },
    row: (a, _row, values, temporaries) => transform.input(a, values, temporaries),
    load: (a, to, from, mask) => {
      a.emit("vmovups", mask === undefined ? to : masked(to, mask, "zero"), from);
    },
    clear: (a, to) => {
      a.emit("vpxord", to, to, to);
    },
  };
}
