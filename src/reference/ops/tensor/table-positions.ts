import type { StaticShape } from "../../../ir/index.ts";
import { stridesOf } from "../../numeric/shape.ts";

/**
 * Positions in a tensor of `shape` for an output whose coordinate i on an axis comes from coordinate `tables[axis][i]`,
 * in row-major order of the output; -1 where any axis has no source (a negative entry).
 */
export function tablePositions(shape: StaticShape, tables: readonly (readonly number[])[]): Int32Array {
  const strides = stridesOf(shape);
  let positions = Int32Array.of(0);
  tables.forEach((table, axis) => {
    const stride = strides[axis] as number;
    const next = new Int32Array(positions.length * table.length);
    let filled = 0;
    for (const position of positions)
      for (const source of table) next[filled++] = position < 0 || source < 0 ? -1 : position + source * stride;
    positions = next;
  });
  return positions;
}
