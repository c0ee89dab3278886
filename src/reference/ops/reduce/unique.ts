import { intAttr, sizeOf } from "../../../ir/index.ts";
import { axisView, encodeReals, normalizeAxis, scalarsOf, takeElements } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

type Scalar = number | bigint | string;

/** Unique: distinct elements (or slices along an axis), their first positions, each element's class, and the counts. */
export const unique: ReferenceOp = {
  domain: "",
  name: "Unique",
  run: (call) => {
    const x = tensorInput(call, 0);
    const axisAttribute = intAttr(call.node, "axis");
    const axis = axisAttribute === undefined ? undefined : normalizeAxis(axisAttribute, x.shape.length);
    const view = axis === undefined ? { outer: 1, length: sizeOf(x.shape), inner: 1 } : axisView(x.shape, axis);
    const { outer, length, inner } = view;
    const at = (slice: number, part: number): number =>
      (Math.floor(part / inner) * length + slice) * inner + (part % inner);
    const values = scalarsOf(x);
    const sliceOf = (slice: number): Scalar[] =>
      Array.from({ length: outer * inner }, (_, part) => values[at(slice, part)] as Scalar);

    const classes = new Map<string, { first: number; count: number; slice: Scalar[] }>();
    const keys: string[] = [];
    for (let i = 0; i < length; i++) {
      const slice = sliceOf(i);
      const key = JSON.stringify(slice.map(String));
      keys.push(key);
      const known = classes.get(key);
      if (known === undefined) classes.set(key, { first: i, count: 1, slice });
      else known.count++;
    }
    const order = [...classes.keys()];
    if (intAttr(call.node, "sorted", 1) === 1) {
      order.sort((a, b) => compareSlices(classes.get(a)?.slice ?? [], classes.get(b)?.slice ?? []));
    }
    const rank = new Map(order.map((key, i) => [key, i]));
    const firsts = order.map((key) => classes.get(key)?.first ?? 0);
    const shape = axis === undefined ? [order.length] : x.shape.map((dim, i) => (i === axis ? order.length : dim));
    const sources = Int32Array.from({ length: outer * order.length * inner }, (_, i) => {
      const slice = Math.floor(i / inner) % order.length;
      return (Math.floor(i / inner / order.length) * length + (firsts[slice] as number)) * inner + (i % inner);
    });
    const indexVector = (numbers: readonly number[]) => encodeReals("int64", [numbers.length], numbers);
    return [
      takeElements(x, shape, sources),
      indexVector(firsts),
      indexVector(keys.map((key) => rank.get(key) ?? 0)),
      indexVector(order.map((key) => classes.get(key)?.count ?? 0)),
    ];
  },
};

function compareSlices(a: readonly Scalar[], b: readonly Scalar[]): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as Scalar, b[i] as Scalar];
    if (x < y) return -1;
    if (x > y) return 1;
  }
  return 0;
}
