import type { StaticShape } from "../../ir/index.ts";
import { stridedPositions, stridesOf } from "../operands.ts";

/** The shape that all broadcast to (ONNX multidirectional broadcasting); RangeError when there is none. */
export function broadcastShapes(...shapes: readonly StaticShape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((dim, i) => {
      const at = rank - shape.length + i;
      if (dim === 1 || dim === out[at]) return;
      if (out[at] !== 1)
        throw new RangeError(`shapes ${shapes.map((s) => `[${s.join(",")}]`).join(" and ")} do not broadcast`);
      out[at] = dim;
    });
  }
  return out;
}

/** For each element of `to`, the linear position of the element of `from` that broadcasts to it; undefined when equal. */
export function broadcastIndices(from: StaticShape, to: StaticShape): Int32Array | undefined {
  if (from.length === to.length && from.every((dim, i) => dim === to[i])) return undefined;
  const lead = to.length - from.length;
  if (lead < 0) throw new RangeError(`[${from.join(",")}] does not broadcast to [${to.join(",")}]`);
  const own = stridesOf(from);
  const strides = to.map((dim, i) => {
    const size = from[i - lead];
    if (size === undefined || (size === 1 && dim !== 1)) return 0;
    if (size !== dim) throw new RangeError(`[${from.join(",")}] does not broadcast to [${to.join(",")}]`);
    return own[i - lead] as number;
  });
  return stridedPositions(to, strides);
}
