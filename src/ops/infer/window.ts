import type { Dim, Shape } from "../../ir/index.ts";
import type { InferContext } from "../types.ts";
import {
  addDims,
  ceilDivideDims,
  floorDivideDims,
  intAttr,
  intsAttr,
  stringAttr,
  subtractDims,
} from "../../ir/index.ts";
import { reject } from "./rules.ts";

/** Attributes of a sliding window over `rank` spatial axes, defaults filled in. */
export interface Window {
  readonly autoPad: string;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begin of every axis, then end of every axis. */
  readonly pads: readonly number[];
  readonly ceilMode: boolean;
}

/** Reads the window attributes; rejects lists of another length than the spatial rank asks for. */
export function windowOf(context: InferContext, rank: number): Window {
  const list = (name: string, length: number, fallback: number): readonly number[] => {
    const values = intsAttr(context, name);
    if (values === undefined || values.length === 0) return new Array<number>(length).fill(fallback);
    if (values.length !== length) reject(context, `attribute "${name}" has ${values.length} entries, not ${length}`);
    return values;
  };
  const strides = list("strides", rank, 1);
  const dilations = list("dilations", rank, 1);
  if (strides.some((s) => s <= 0) || dilations.some((d) => d <= 0))
    reject(context, "strides and dilations must be positive");
  return {
    autoPad: stringAttr(context, "auto_pad", "NOTSET"),
    strides,
    dilations,
    pads: list("pads", 2 * rank, 0),
    ceilMode: intAttr(context, "ceil_mode", 0) === 1,
  };
}

/** Sizes after sliding a window of size `kernel` over `spatial` (the specification's formula of Conv and the pools). */
export function slidOver(context: InferContext, spatial: Shape, kernel: Shape, window: Window): Shape {
  return spatial.map((dim, i): Dim => {
    const stride = window.strides[i] as number;
    if (window.autoPad === "SAME_UPPER" || window.autoPad === "SAME_LOWER") return ceilDivideDims(dim, stride);
    const isValid = window.autoPad === "VALID";
    const begin = isValid ? 0 : (window.pads[i] as number);
    const end = isValid ? 0 : (window.pads[i + spatial.length] as number);
    const reach = kernelReach(kernel[i], window.dilations[i] as number);
    const free = subtractDims(addDims(dim, begin + end), reach);
    if (typeof free === "number" && free < 0)
      reject(context, `the window reaches over ${String(reach)} elements of a padded size of ${free + Number(reach)}`);
    return window.ceilMode ? ceilPositions(dim, free, reach, stride, begin, end) : positions(free, stride);
  });
}

/** Elements that a dilated kernel spans. */
export function kernelReach(kernel: Dim, dilation: number): Dim {
  return typeof kernel === "number" ? (kernel - 1) * dilation + 1 : undefined;
}

function positions(free: Dim, stride: number): Dim {
  return addDims(floorDivideDims(free, stride), 1);
}

/** With ceil_mode a last position that starts inside the end padding is dropped. */
function ceilPositions(dim: Dim, free: Dim, reach: Dim, stride: number, begin: number, end: number): Dim {
  const count = addDims(ceilDivideDims(free, stride), 1);
  if (typeof count === "number" && typeof dim === "number")
    return (count - 1) * stride >= dim + begin ? count - 1 : count;
  return typeof reach === "number" && reach >= stride + end ? count : undefined;
}
