import type { Tensor } from "../../../ir/index.ts";
import { floatAttr, intAttr, stringAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { takeElements } from "../../numeric/take.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import { tablePositions } from "../tensor/table-positions.ts";
import { encodeSaturated } from "./encode-saturated.ts";
import type { ResampleFilter } from "./resample.ts";
import { cubicFilter, linearFilter, resampleAxis, tapsAround } from "./resample.ts";
import type { CoordinateMap } from "./resize-coordinates.ts";
import { coordinateMaps } from "./resize-coordinates.ts";
import type { ResizeAxis } from "./resize-geometry.ts";
import { resizeAxes } from "./resize-geometry.ts";

/** Resize: nearest, linear or cubic along each axis in turn, to scales or sizes. */
export const resize: ReferenceOp = {
  domain: "",
  name: "Resize",
  run(call) {
    const x = tensorInput(call, 0);
    const mode = stringAttr(call.node, "mode", "nearest");
    const named = stringAttr(
      call.node,
      "coordinate_transformation_mode",
      call.opset < 11 ? "asymmetric" : "half_pixel",
    );
    const toInput = coordinateMaps[named];
    if (toInput === undefined) throw new RangeError(`Resize: no coordinate_transformation_mode "${named}"`);
    const plan = { axes: resizeAxes(call, x), toInput, crops: named === "tf_crop_and_resize" };
    const fill = floatAttr(call.node, "extrapolation_value", 0);
    if (mode !== "nearest") return [interpolate(x, plan, filterOf(call, mode), fill)];
    return [nearest(x, plan, roundingOf(call), fill)];
  },
};

/** What to do with each axis. */
export interface ResizePlan {
  readonly axes: readonly ResizeAxis[];
  readonly toInput: CoordinateMap;
  /** Points outside the input take the extrapolation value. */
  readonly crops: boolean;
}

function filterOf({ node }: OpCall, mode: string): ResampleFilter {
  if (mode !== "linear" && mode !== "cubic") throw new RangeError(`Resize: no mode "${mode}"`);
  return {
    ...(mode === "cubic" ? cubicFilter(floatAttr(node, "cubic_coeff_a", -0.75)) : linearFilter),
    antialias: intAttr(node, "antialias", 0) !== 0,
    excludeOutside: intAttr(node, "exclude_outside", 0) !== 0,
  };
}

/** The whole coordinate that mode nearest takes for a point. */
type Rounding = (point: number, axis: ResizeAxis) => number;

const roundings: Readonly<Record<string, Rounding>> = {
  round_prefer_floor: (point) => Math.ceil(point - 0.5),
  round_prefer_ceil: (point) => Math.floor(point + 0.5),
  floor: (point) => Math.floor(point),
  ceil: (point) => Math.ceil(point),
  /** Opset 10 leaves it open; its test cases and onnxruntime round towards what both neighbours of a shrunk axis keep. */
  simple: (point, { scale }) => (scale < 1 ? Math.ceil(point) : Math.floor(point)),
};

function roundingOf(call: OpCall): Rounding {
  const name = call.opset < 11 ? "simple" : stringAttr(call.node, "nearest_mode", "round_prefer_floor");
  const rounding = roundings[name];
  if (rounding === undefined) throw new RangeError(`Resize: no nearest_mode "${name}"`);
  return rounding;
}

/** True for an axis that stays as it is, which some coordinate maps would shift. */
function isKept({ crops }: ResizePlan, axis: ResizeAxis): boolean {
  return axis.scale === 1 && axis.output === axis.input && !crops;
}

/** The input's points for the outputs of one axis; undefined where they lie outside and the plan crops. */
function pointsOf(plan: ResizePlan, axis: ResizeAxis): (number | undefined)[] {
  const { toInput, crops } = plan;
  return Array.from({ length: axis.output }, (_, k) => {
    const point = isKept(plan, axis) ? k : toInput(k, axis);
    return crops && (point < 0 || point > axis.input - 1) ? undefined : point;
  });
}

/** Mode nearest: elements move and keep their bits. */
export function nearest(x: Tensor, plan: ResizePlan, rounding: Rounding, fill: number): Tensor {
  const tables = plan.axes.map((axis) =>
    pointsOf(plan, axis).map((point) =>
      point === undefined ? -1 : Math.max(0, Math.min(axis.input - 1, rounding(point, axis))),
    ),
  );
  const shape = plan.axes.map((axis) => axis.output);
  const filler = fill === 0 ? undefined : encodeReals(x.dtype, [1], [fill]);
  return takeElements(x, shape, tablePositions(x.shape, tables), filler);
}

/** Modes linear and cubic: one axis after the other, those that stay as they are left out. */
export function interpolate(x: Tensor, plan: ResizePlan, filter: ResampleFilter, fill: number): Tensor {
  let data = realsOf(x);
  const shape = [...x.shape];
  plan.axes.forEach((axis, i) => {
    if (isKept(plan, axis)) return;
    const taps = pointsOf(plan, axis).map((point) =>
      point === undefined ? undefined : tapsAround(point, axis.input, axis.scale, filter),
    );
    data = resampleAxis(data, shape, i, taps, fill);
    shape[i] = axis.output;
  });
  return encodeSaturated(x.dtype, shape, data);
}
