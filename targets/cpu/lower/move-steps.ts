import type { Strides } from "../workload.ts";
import type { Buffer, CopyOp, Placement } from "./buffers.ts";
import { stridesOf } from "./buffers.ts";
import type { ConvertOp, EnterOp, ExitOp, Quantization } from "./integer-graph.ts";
import type { Extent } from "./physical.ts";
import { extentOf, isNatural, naturalOrder, preferredOrder } from "./physical.ts";
import type { PlacedRegion } from "./place.ts";
import { isFloat32 } from "./quantized-values.ts";
import { LoweringRefusal } from "./refusal.ts";
import type { LoweredStep } from "./step.ts";
import { at, parameters } from "./step.ts";

/** The step of a copy that placing made necessary. */
export function copyStep({ name, from, to, planar }: CopyOp): LoweredStep {
  const extent = planar === "to" ? from.extent : to.extent;
  const { elementBytes } = to.buffer;
  if (elementBytes === 2 && planar !== undefined) throw new Error(`${name}: no kernel moves bfloat16 between layouts`);
  return {
    name,
    nodes: [],
    workload: {
      ...(elementBytes === 4 ? floatMove : byteMove),
      ...extent,
      channels: inBytes(elementBytes) * extent.channels,
      x: planar === "from" ? "planar" : byteStrides(from.buffer),
      y: planar === "to" ? "planar" : byteStrides(to.buffer),
    },
    operands: { x: at(from), y: at(to) },
    parameters: parameters({}),
    constants: {},
  };
}

/** Bytes of an element of a tensor that is moved byte by byte; 1 for float32, which has kernels of its own. */
function inBytes(elementBytes: Buffer["elementBytes"]): 1 | 2 {
  return elementBytes === 2 ? 2 : 1;
}

/** Strides in what {@link inBytes} counts. */
function byteStrides(buffer: Buffer): Strides {
  const { row, pixel } = stridesOf(buffer);
  const bytes = inBytes(buffer.elementBytes);
  return { row: bytes * row, pixel: bytes * pixel };
}

const floatMove = { op: "move-f32" } as const;
const byteMove = { op: "transfer", kind: "move" } as const;
const quantizeMove = { op: "transfer", kind: "quantize" } as const;
const dequantizeMove = { op: "transfer", kind: "dequantize" } as const;

/** The step of a conversion inside the region. */
export function convertStep(op: ConvertOp, x: Placement, y: Placement): LoweredStep {
  if (op.y.stored === "bf16")
    return {
      name: op.name,
      nodes: op.nodes,
      workload: { op: "narrow-f32", ...rowWise(y.extent, stridesOf(x.buffer), stridesOf(y.buffer)) },
      operands: { x: at(x), y: at(y) },
      parameters: parameters({}),
      constants: {},
    };
  const quantizes = op.y.quantization !== undefined;
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...(quantizes ? quantizeMove : dequantizeMove),
      ...rowWise(y.extent, stridesOf(x.buffer), stridesOf(y.buffer)),
    },
    operands: { x: at(x), y: at(y) },
    parameters: parameters(crossing(op.y.quantization ?? op.x.quantization)),
    constants: {},
  };
}

/** One row of pixels as rows of one pixel each, since threads share out rows. */
function rowWise<X extends Strides | "planar", Y extends Strides | "planar">(
  extent: Extent,
  x: X,
  y: Y,
): Extent & { readonly x: Strides | X; readonly y: Strides | Y } {
  if (extent.rows !== 1 || x === "planar" || y === "planar") return { ...extent, x, y };
  const rows = ({ pixel }: Strides): Strides => ({ row: pixel, pixel });
  return { ...extent, rows: extent.columns, columns: 1, x: rows(x as Strides), y: rows(y as Strides) };
}

/** The step that fills a buffer's halo. */
export function borderStep(buffer: Buffer, fill: number): LoweredStep {
  const { top, left, bottom, right } = buffer.halo;
  const { elementBytes, extent } = buffer;
  if (elementBytes === 2 && fill !== 0) throw new Error(`a border of ${fill} in bfloat16`);
  return {
    name: `${buffer.storage.name} border`,
    nodes: [],
    workload: {
      op: elementBytes === 4 ? "fill-border-f32" : "fill-border",
      ...extent,
      channels: inBytes(elementBytes) * extent.channels,
      pads: [top, left, bottom, right],
      y: byteStrides(buffer),
    },
    operands: { y: { kind: "storage", storage: buffer.storage, offset: 0 } },
    parameters: parameters({ value: fill }),
    constants: {},
  };
}

/** How a value that crosses the border stands: as written in ONNX, seen as rows × columns × channels of the inside. */
function borderForm(
  op: EnterOp | ExitOp,
  place: Placement,
  region: PlacedRegion,
): { readonly strides: Strides | "planar"; readonly extent: { rows: number; columns: number; channels: number } } {
  const tensor = op.kind === "enter" ? op.y : op.x;
  const order = region.orders.get(tensor) ?? preferredOrder(tensor.shape.length);
  if (isNatural(tensor, order)) {
    const extent = extentOf(tensor, naturalOrder(tensor.shape.length));
    const same = extent.rows === place.extent.rows && extent.columns === place.extent.columns;
    const used = same ? extent : place.extent;
    return { extent: used, strides: { row: used.columns * used.channels, pixel: used.channels } };
  }
  // Channels last, or a matrix that stands the other way round.
  if (order.join() === preferredOrder(4).join() || order.length === 2)
    return { extent: place.extent, strides: "planar" };
  throw new LoweringRefusal(op, "axes in an order that no copy makes");
}

/** The step that lets a value in. Throws {@link LoweringRefusal}. */
export function enterStep(op: EnterOp, y: Placement, region: PlacedRegion): LoweredStep {
  const { strides, extent } = borderForm(op, y, region);
  const float = isFloat32(op.from);
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...(op.y.quantization === undefined ? floatMove : float ? quantizeMove : byteMove),
      ...rowWise(extent, strides, stridesOf(y.buffer)),
    },
    operands: { x: { kind: "border", value: op.from }, y: at(y) },
    parameters: parameters(float ? { ...crossing(op.y.quantization) } : {}),
    constants: {},
  };
}

/** The step that lets a value out. Throws {@link LoweringRefusal}. */
export function exitStep(op: ExitOp, x: Placement, region: PlacedRegion): LoweredStep {
  const { strides, extent } = borderForm(op, x, region);
  const float = isFloat32(op.to);
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...(op.x.quantization === undefined ? floatMove : float ? dequantizeMove : byteMove),
      ...rowWise(extent, stridesOf(x.buffer), strides),
    },
    operands: { x: at(x), y: { kind: "border", value: op.to } },
    parameters: parameters(float ? { ...crossing(op.x.quantization) } : {}),
    constants: {},
  };
}

function crossing(quantization: Quantization | undefined): Readonly<Record<string, number>> {
  return quantization === undefined ? {} : { scale: quantization.scale, zero: quantization.zero };
}
