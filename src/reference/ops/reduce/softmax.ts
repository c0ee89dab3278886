import { intAttr, sizeOf } from "../../../ir/index.ts";
import type { AxisView } from "../../numeric.ts";
import { axisView, encodeReals, normalizeAxis, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";

/** Softmax: exponentials divided by their sum along an axis. */
export const softmax = normalizing("Softmax", (line) => {
  const top = greatest(line);
  let total = 0;
  for (let i = 0; i < line.length; i++) total += line[i] = Math.exp((line[i] as number) - top);
  for (let i = 0; i < line.length; i++) line[i] = (line[i] as number) / total;
});
/** LogSoftmax: ln of Softmax, without forming it. */
export const logSoftmax = normalizing("LogSoftmax", (line) => {
  const top = greatest(line);
  let total = 0;
  for (let i = 0; i < line.length; i++) total += Math.exp((line[i] as number) - top);
  const shift = top + Math.log(total);
  for (let i = 0; i < line.length; i++) line[i] = (line[i] as number) - shift;
});
/** Hardmax: 1 at the first greatest element along an axis, 0 elsewhere. */
export const hardmax = normalizing("Hardmax", (line) => {
  const at = line.indexOf(greatest(line));
  line.fill(0);
  if (at >= 0) line[at] = 1;
});

function greatest(line: Float64Array): number {
  return line.reduce((a, b) => Math.max(a, b), -Infinity);
}

/** Applies `normalize`, in place, to each line along the axis. */
function normalizing(name: string, normalize: (line: Float64Array) => void): ReferenceOp {
  return {
    domain: "",
    name,
    run: (call) => {
      const x = tensorInput(call, 0);
      const values = realsOf(x);
      const { outer, length, inner } = linesOf(call, x.shape);
      const line = new Float64Array(length);
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          const base = o * length * inner + i;
          for (let k = 0; k < length; k++) line[k] = values[base + k * inner] as number;
          normalize(line);
          for (let k = 0; k < length; k++) values[base + k * inner] = line[k] as number;
        }
      }
      return [encodeReals(x.dtype, x.shape, values)];
    },
  };
}

/** Before opset 13 the input is seen as a matrix: everything from the axis on is one line. */
function linesOf(call: OpCall, shape: readonly number[]): AxisView {
  const rank = shape.length;
  if (call.opset >= 13) {
    return rank === 0 ? { outer: 1, length: 1, inner: 1 } : axisView(shape, intAttr(call.node, "axis", -1));
  }
  const axis = intAttr(call.node, "axis", 1);
  const at = axis === rank ? rank : normalizeAxis(axis, rank);
  return { outer: sizeOf(shape.slice(0, at)), length: sizeOf(shape.slice(at)), inner: 1 };
}
