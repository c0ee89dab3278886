import type { ArgmaxWorkload } from "../float-workload.ts";
import type { Strides } from "../workload.ts";
import type { Placement } from "./buffers.ts";
import { stridesOf } from "./buffers.ts";
import type { ArgmaxOp, ResizeOp } from "./integer-graph.ts";
import type { Extent } from "./physical.ts";
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

/** One row of pixels as rows of one pixel each, since threads share out rows. */
function pixelRows({ extent, buffer }: Placement): Extent & { readonly x: Strides } {
  const { row, pixel } = stridesOf(buffer);
  if (extent.rows > 1) return { ...extent, x: { row, pixel } };
  return { ...extent, rows: extent.columns, columns: 1, x: { row: pixel, pixel } };
}

/** The step that finds the greatest or least element along the last axis in memory, of a resized tensor too. */
export function argmaxStep(op: ArgmaxOp, x: Placement, y: Placement): LoweredStep {
  const { mode: kind, resize } = op;
  const out: ArgmaxWorkload["out"] = op.y.stored === "s32" ? "s32" : "s64";
  const step = { name: op.name, nodes: op.nodes, operands: { x: at(x), y: at(y) }, constants: {} };
  if (resize === undefined)
    return {
      ...step,
      workload: { op: "argmax-f32", kind, out, ...pixelRows(x) },
      parameters: parameters({}),
    };
  const { coordinates, scale, shape } = resize;
  return {
    ...step,
    workload: {
      ...{ op: "resize-argmax-f32", kind, out, coordinates, scale, input: [x.extent.rows, x.extent.columns] },
      ...{ ...extentOf({ ...op.x, shape }, preferredOrder(4)), x: stridesOf(x.buffer) },
    },
    parameters: parameters({}),
  };
}
