import type { ArgmaxWorkload } from "../float-workload.ts";
import type { Strides } from "../workload.ts";
import type { Placement } from "./buffers.ts";
import { stridesOf } from "./buffers.ts";
import type { ArgmaxOp, ResizeOp } from "./integer-graph.ts";
import { extentOf, preferredOrder } from "./physical.ts";
import type { LoweredStep } from "./step.ts";
import { at, named, parameters } from "./step.ts";

/** The step of a resize. In the nearest mode float32 are four bytes each that stay together. */
export function resizeStep(op: ResizeOp, x: Placement, y: Placement): LoweredStep {
  const { mode, coordinates, rounding, scale } = op;
  const common = { coordinates, scale, input: [x.extent.rows, x.extent.columns] as const };
  const step = { name: op.name, nodes: op.nodes, operands: { x: at(x), y: at(y) }, constants: {} };
  if (op.x.quantization === undefined && mode === "linear")
    return {
      ...step,
      workload: {
        ...{ op: "resize-f32", ...common, ...extentOf(op.y, preferredOrder(4)), x: stridesOf(x.buffer) },
        y: op.planar === true ? "planar" : stridesOf(y.buffer),
      },
      parameters: parameters({}),
    };
  const { elementBytes } = y.buffer;
  return {
    ...step,
    workload: {
      ...{ op: "resize-u8", mode, rounding, ...common, ...y.extent },
      channels: elementBytes * y.extent.channels,
      x: inBytes(stridesOf(x.buffer), elementBytes),
      y: inBytes(stridesOf(y.buffer), elementBytes),
    },
    parameters: parameters({ ...named("x", op.x.quantization), ...named("y", op.y.quantization) }),
  };
}

function inBytes({ row, pixel }: Strides, elementBytes: number): Strides {
  return { row: elementBytes * row, pixel: elementBytes * pixel };
}

/** The step that finds the greatest or least element along the last axis in memory, of a resized tensor too. */
export function argmaxStep(op: ArgmaxOp, x: Placement, y: Placement): LoweredStep {
  const { mode: kind, resize } = op;
  const out: ArgmaxWorkload["out"] = op.y.stored === "s32" ? "s32" : "s64";
  const strides = stridesOf(x.buffer);
  const step = { name: op.name, nodes: op.nodes, operands: { x: at(x), y: at(y) }, constants: {} };
  if (resize === undefined)
    return {
      ...step,
      workload: { op: "argmax-f32", kind, out, ...x.extent, x: strides },
      parameters: parameters({}),
    };
  const { coordinates, scale, shape } = resize;
  return {
    ...step,
    workload: {
      ...{ op: "resize-argmax-f32", kind, out, coordinates, scale, input: [x.extent.rows, x.extent.columns] },
      ...{ ...extentOf({ ...op.x, shape }, preferredOrder(4)), x: strides },
    },
    parameters: parameters({}),
  };
}
