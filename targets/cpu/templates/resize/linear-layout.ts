import type { KernelArgument } from "../../../../src/codegen/index.ts";
import { quantizationOf } from "../../reference/parameters.ts";
import { linearTaps, resizeAxes } from "../../reference/resize-axis.ts";
import type { ResizeWorkload } from "../../workload.ts";
import type { Constant } from "../bytes/constants.ts";
import { paramsArgument } from "../bytes/constants.ts";
import { packOrder } from "../bytes/leaves.ts";
import type { Simd } from "../bytes/simd.ts";

/** Byte offsets in `params` and in the scratch of a linear resize. */
export interface LinearLayout {
  /** Scale and zero point of x, scale of y, bounds and zero point of y, four bytes each. */
  readonly constants: 0;
  /** Dword indices of packing. */
  readonly order: number;
  /** Entries of an output row: two input rows, two weights. */
  readonly rows: number;
  /** Entries of an output column: offsets of two input columns in a scratch row, two weights. */
  readonly columns: number;
  /** Bytes of a pixel of a scratch row: float32, whole registers. */
  readonly pixelBytes: number;
  /** Bytes of a scratch row. */
  readonly slotBytes: number;
  readonly scratchBytes: number;
}

/** Bytes of a table entry. */
export const entryBytes = 16;

/** Bytes before the two scratch rows: which input row each holds, int64. */
export const scratchHeader = 64;

const constantCount = 6;

/** The layout of a workload. */
export function linearLayout(workload: ResizeWorkload, simd: Simd): LinearLayout {
  const order = 4 * constantCount;
  const rows = order + 4 * simd.lanes;
  const pixelBytes = Math.ceil(workload.channels / simd.lanes) * simd.lanes * 4;
  const slotBytes = workload.input[1] * pixelBytes;
  return {
    constants: 0,
    order,
    rows,
    columns: rows + entryBytes * workload.rows,
    pixelBytes,
    slotBytes,
    scratchBytes: scratchHeader + 2 * slotBytes,
  };
}

/** The argument `params`. */
export function linearParams(workload: ResizeWorkload, simd: Simd): KernelArgument {
  const { pixelBytes } = linearLayout(workload, simd);
  const tables = resizeAxes(workload).flatMap((axis, index) =>
    linearTaps(axis, workload.coordinates).flatMap((tap): Constant[] => {
      const unit = index === 0 ? 1 : pixelBytes;
      return [{ int: tap.near * unit }, { int: tap.far * unit }, { float: tap.nearWeight }, { float: tap.farWeight }];
    }),
  );
  const order = packOrder(simd).map((int): Constant => ({ int }));
  return paramsArgument(constantCount + order.length + tables.length, (parameters) => {
    const [x, y] = [quantizationOf(parameters, "x"), quantizationOf(parameters, "y")];
    return [
      { float: x.scale },
      { int: x.zero },
      { float: y.scale },
      { float: -y.zero },
      { float: 255 - y.zero },
      { int: y.zero },
      ...order,
      ...tables,
    ];
  });
}
