import type { Tensor } from "../../../ir/index.ts";
import { intAttr, intsAttr, sizeOf } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall } from "../../types.ts";
import type { WindowAxis } from "./window.ts";
import { windowAxes, windowPositions } from "./window.ts";

/** What a pooling operator works on: planes of `plane` elements, and for each output the positions of its window. */
export interface Pooling {
  readonly x: Tensor;
  readonly axes: readonly WindowAxis[];
  readonly shape: readonly number[];
  /** Number of planes (batch times channels) and elements of one. */
  readonly planes: number;
  readonly plane: number;
  /** Outputs of one plane. */
  readonly outputs: number;
  /** `taps` positions for each output of a plane, -1 in the padding. */
  readonly positions: Int32Array;
  readonly taps: number;
}

/** Reads the attributes and the first input of a pooling node. */
export function poolingOf(call: OpCall): Pooling {
  const x = tensorInput(call, 0);
  const [batch = 0, channels = 0, ...spatial] = x.shape;
  const kernel = intsAttr(call.node, "kernel_shape", []);
  if (kernel.length !== spatial.length)
    throw new RangeError(`${call.node.opType}: kernel [${kernel.join(",")}] on [${x.shape.join(",")}]`);
  const axes = windowAxes(call.node, spatial, kernel, {
    ceil: intAttr(call.node, "ceil_mode", 0) !== 0,
    leastPadding: -Infinity,
  });
  const outSpatial = axes.map((axis) => axis.output);
  return {
    x,
    axes,
    shape: [batch, channels, ...outSpatial],
    planes: batch * channels,
    plane: sizeOf(spatial),
    outputs: sizeOf(outSpatial),
    ...windowPositions(axes),
  };
}
