import { dtypes, intAttr, roundHalfEven, sizeOf, stringAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { stridesOf } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import { cubicWeights } from "./interpolation.ts";

/** One axis of a sampling point: neighbours (-1 reads zero) and their weights. */
interface Taps {
  readonly at: readonly number[];
  readonly weights: readonly number[];
}

/** GridSample: reads the input at normalized positions, any number of spatial dimensions; opset 16 names the modes bi-. */
export const gridSample: ReferenceOp = {
  domain: "",
  name: "GridSample",
  run(call) {
    const x = tensorInput(call, 0);
    const grid = tensorInput(call, 1);
    const spatial = x.shape.slice(2);
    const [batch = 0, channels = 0] = x.shape;
    const outSpatial = grid.shape.slice(1, -1);
    const points = sizeOf(outSpatial);
    const shape = [batch, channels, ...outSpatial];
    const coordinates = realsOf(grid);
    const tapsOf = axisTaps(call, dtypes[grid.dtype].bits <= 32);
    const mode = modeOf(call);
    const strides = stridesOf(spatial);
    const plane = sizeOf(spatial);
    const rank = spatial.length;
    const nearest = new Int32Array(mode === "nearest" ? sizeOf(shape) : 0);
    const source = mode === "nearest" ? undefined : realsOf(x);
    const out = new Float64Array(source === undefined ? 0 : sizeOf(shape));
    for (let n = 0; n < batch; n++)
      for (let point = 0; point < points; point++) {
        const start = (n * points + point) * rank;
        // The grid names the innermost axis first.
        const taps = spatial.map((dim, axis) => tapsOf(coordinates[start + rank - 1 - axis] as number, dim));
        const { positions, weights } = product(taps, strides);
        for (let c = 0; c < channels; c++) {
          const nc = n * channels + c;
          const to = nc * points + point;
          if (source === undefined) {
            nearest[to] = (positions[0] as number) < 0 ? -1 : nc * plane + (positions[0] as number);
            continue;
          }
          let sum = 0;
          positions.forEach((position, i) => {
            if (position >= 0) sum += (weights[i] as number) * (source[nc * plane + position] as number);
          });
          out[to] = sum;
        }
      }
    return [source === undefined ? takeElements(x, shape, nearest) : encodeReals(x.dtype, shape, out)];
  },
};

function modeOf({ node }: OpCall): "nearest" | "linear" | "cubic" {
  const mode = stringAttr(node, "mode", "linear").replace(/^bi/, "");
  if (mode !== "nearest" && mode !== "linear" && mode !== "cubic")
    throw new RangeError(`GridSample: no mode "${mode}"`);
  return mode;
}

/** Neighbours of all axes combined: positions in a plane and the products of the weights. */
function product(taps: readonly Taps[], strides: readonly number[]): { positions: number[]; weights: number[] } {
  let positions = [0];
  let weights = [1];
  taps.forEach(({ at, weights: own }, axis) => {
    const stride = strides[axis] as number;
    positions = positions.flatMap((position) => at.map((i) => (position < 0 || i < 0 ? -1 : position + i * stride)));
    weights = weights.flatMap((weight) => own.map((w) => weight * w));
  });
  return { positions, weights };
}

function axisTaps(call: OpCall, single: boolean): (normalized: number, dim: number) => Taps {
  const mode = modeOf(call);
  const padding = stringAttr(call.node, "padding_mode", "zeros");
  const alignCorners = intAttr(call.node, "align_corners", 0) !== 0;
  return (normalized, dim) => {
    const [low, high] = alignCorners ? [0, dim - 1] : [-0.5, dim - 0.5];
    const exact = alignCorners ? ((normalized + 1) / 2) * (dim - 1) : ((normalized + 1) * dim - 1) / 2;
    const inside = (at: number): number => {
      if (padding === "border") return Math.max(0, Math.min(dim - 1, at));
      return padding === "reflection" && (at < low || at > high) ? reflected(at, low, high) : at;
    };
    const index = (at: number): number => {
      const i = Math.trunc(inside(at));
      return i >= 0 && i < dim ? i : -1;
    };
    // Positions are computed in the precision of the grid, which decides ties in mode nearest.
    const place = single ? Math.fround(exact) : exact;
    if (mode === "nearest") return { at: [index(inside(roundHalfEven(place)))], weights: [1] };
    // At the border the neighbours are cut, not the point, as PyTorch and onnxruntime do; it matters to mode cubic alone.
    const point = padding === "border" ? place : inside(place);
    const floor = Math.floor(point);
    const t = point - floor;
    if (mode === "linear") return { at: [index(floor), index(floor + 1)], weights: [1 - t, t] };
    return { at: [-1, 0, 1, 2].map((step) => index(floor + step)), weights: cubicWeights(t, -0.75) };
  };
}

/** The coordinate mirrored at the borders until it lies between them. */
function reflected(at: number, low: number, high: number): number {
  const range = high - low;
  if (range <= 0) return low;
  const away = at < low ? low - at : at - high;
  const turns = Math.trunc(away / range);
  const rest = away - turns * range;
  return (turns % 2 === 0) === at < low ? low + rest : high - rest;
}
