import { int64Tensor } from "../../../ir/index.ts";
import { scalarsOf } from "../../numeric/elementwise.ts";
import { stridesOf } from "../../numeric/shape.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

const zeros: ReadonlySet<number | bigint | string> = new Set<number | bigint | string>([0, 0n, "", "0,0"]);

/** NonZero: the coordinates of the elements that are not zero, one column each, in row-major order (no rows for a scalar). */
export const nonZero: ReferenceOp = {
  domain: "",
  name: "NonZero",
  run(call) {
    const data = tensorInput(call, 0);
    const found: number[] = [];
    Array.from(scalarsOf(data)).forEach((value, i) => !zeros.has(value) && found.push(i));
    const strides = stridesOf(data.shape);
    const coordinates = data.shape.flatMap((dim, axis) =>
      found.map((position) => Math.floor(position / (strides[axis] as number)) % dim),
    );
    return [int64Tensor(coordinates, [data.shape.length, found.length])];
  },
};
