import type { Strides } from "../workload.ts";
import type { Buffer, Placement } from "./buffers.ts";
import { stridesOf } from "./buffers.ts";
import type {
  BinaryOp,
  ConvertOp,
  ConvOp,
  EnterOp,
  ExitOp,
  FloatBinaryOp,
  FloatConvOp,
  IntegerOp,
  PoolOp,
  Quantization,
  ResizeOp,
  TableOp,
} from "./integer-graph.ts";
import { convSteps } from "./conv-steps.ts";
import { floatBinaryStep, floatConvSteps, floatPoolStep, floatUnaryStep } from "./float-steps.ts";
import type { CopyOp, PlacedRegion } from "./place.ts";
import { touchedPads } from "./place.ts";
import { attentionStep, normalizationStep, productStep, softmaxStep } from "./transformer-steps.ts";
import type { LoweredStep, SecondOperand } from "./step.ts";
import { isFloat32 } from "./quantized-values.ts";
import { at, constantOperand, named, parameters, tensorOperand } from "./step.ts";
import { LoweringRefusal } from "./refusal.ts";
import type { Extent } from "./physical.ts";
import { extentOf, isNatural, naturalOrder, preferredOrder } from "./physical.ts";

/** The steps of a region in order. Throws {@link LoweringRefusal}. */
export function lowerSteps(region: PlacedRegion): readonly LoweredStep[] {
  const steps: LoweredStep[] = [];
  const bordered = new Set<Buffer>();
  const writeBorder = (place: Placement | undefined): void => {
    if (place === undefined || place.buffer.halo.fill === undefined || bordered.has(place.buffer)) return;
    bordered.add(place.buffer);
    steps.push(borderStep(place.buffer, place.buffer.halo.fill));
  };
  for (const placed of region.ops) {
    if (placed.kind === "copy") {
      writeBorder(placed.to);
      steps.push(copyStep(placed));
      continue;
    }
    writeBorder(placed.output);
    steps.push(...opSteps(placed.op, placed.inputs, placed.output, region));
  }
  return steps;
}

function opSteps(
  op: IntegerOp,
  inputs: readonly Placement[],
  output: Placement | undefined,
  region: PlacedRegion,
): readonly LoweredStep[] {
  const [x, residual] = inputs;
  if (op.kind === "conv") return convSteps(op, x as Placement, residual, output as Placement);
  if (op.kind === "float-conv") return floatConvSteps(op, x as Placement, residual, output as Placement);
  return [opStep(op, inputs, output, region)];
}

function opStep(
  op: Exclude<IntegerOp, ConvOp | FloatConvOp>,
  inputs: readonly Placement[],
  output: Placement | undefined,
  region: PlacedRegion,
): LoweredStep {
  const [first, second] = inputs;
  switch (op.kind) {
    case "pool":
      return poolStep(op, first as Placement, output as Placement);
    case "binary":
      return binaryStep(
        op,
        first as Placement,
        secondOperand(op, first as Placement, second, region),
        output as Placement,
      );
    case "table":
      return tableStep(op, first as Placement, output as Placement);
    case "resize":
      return resizeStep(op, first as Placement, output as Placement);
    case "enter":
      return enterStep(op, output as Placement, region);
    case "exit":
      return exitStep(op, first as Placement, region);
    case "float-binary":
      return floatBinaryStep(
        op,
        first as Placement,
        secondOperand(op, first as Placement, second, region),
        output as Placement,
      );
    case "float-unary":
      return floatUnaryStep(op, first as Placement, output as Placement);
    case "attention":
      return attentionStep(op, inputs, output as Placement);
    case "product":
      return productStep(op, first as Placement, second as Placement, output as Placement, region.orders);
    case "softmax":
      return softmaxStep(op, first as Placement, output as Placement);
    case "normalization":
      return normalizationStep(op, first as Placement, second, output as Placement);
    case "convert":
      return convertStep(op, first as Placement, output as Placement);
    case "concat":
    case "view":
      throw new Error(`${op.kind} has no step of its own`);
  }
}

function poolStep(op: PoolOp, x: Placement, y: Placement): LoweredStep {
  if (op.x.quantization === undefined) return floatPoolStep(op, x, y);
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "pool-u8", kind: poolKind(op), window: op.window, channels: y.extent.channels },
      ...{ rows: y.extent.rows, columns: y.extent.columns },
      edge: { pads: touchedPads(op), counted: op.counted },
      x: stridesOf(x.buffer),
      y: stridesOf(y.buffer),
    },
    operands: { x: at(x, -op.pads[0], -op.pads[1]), y: at(y) },
    parameters: parameters({ ...named("x", op.x.quantization), ...named("y", op.y.quantization) }),
    constants: {},
  };
}

/** ONNX Runtime averages the whole input by its global pool, also when the operator is the other one. */
function poolKind({ mode, global, x, window, pads }: PoolOp): "max" | "average" | "global-average" {
  if (mode === "max") return "max";
  const whole = window.kernel[0] === x.shape[2] && window.kernel[1] === x.shape[3] && pads.every((pad) => pad === 0);
  return global || whole ? "global-average" : "average";
}

/** The second operand of an elementwise op: a tensor at `b`, or a constant. */
function secondOperand(
  op: BinaryOp | FloatBinaryOp,
  a: Placement,
  b: Placement | undefined,
  { orders }: PlacedRegion,
): SecondOperand {
  if (b !== undefined) return tensorOperand(op, a, b);
  return constantOperand(op, a, orders.get(op.a) ?? preferredOrder(op.a.shape.length));
}

function binaryStep(op: BinaryOp, a: Placement, second: SecondOperand, y: Placement): LoweredStep {
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "binary-u8", kind: op.mode, ...y.extent, table: op.table !== undefined },
      a: stridesOf(a.buffer),
      b: second.shape,
      y: stridesOf(y.buffer),
    },
    operands: { a: at(a), b: second.operand, y: at(y) },
    parameters: parameters(
      {
        ...named("a", op.a.quantization),
        ...named("b", op.b.quantization),
        ...named("y", op.sum ?? op.y.quantization),
        lo: op.bounds[0],
        hi: op.bounds[1],
      },
      op.table,
    ),
    constants: {},
  };
}

function tableStep(op: TableOp, x: Placement, y: Placement): LoweredStep {
  return {
    name: op.name,
    nodes: op.nodes,
    workload: { op: "table-u8", ...y.extent, x: stridesOf(x.buffer), y: stridesOf(y.buffer) },
    operands: { x: at(x), y: at(y) },
    parameters: parameters({}, op.table),
    constants: {},
  };
}

function resizeStep(op: ResizeOp, x: Placement, y: Placement): LoweredStep {
  const { mode, coordinates, rounding, scale } = op;
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "resize-u8", mode, coordinates, rounding, scale, input: [x.extent.rows, x.extent.columns] },
      ...y.extent,
      x: stridesOf(x.buffer),
      y: stridesOf(y.buffer),
    },
    operands: { x: at(x), y: at(y) },
    parameters: parameters({ ...named("x", op.x.quantization), ...named("y", op.y.quantization) }),
    constants: {},
  };
}

function copyStep({ name, from, to, planar }: CopyOp): LoweredStep {
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

function convertStep(op: ConvertOp, x: Placement, y: Placement): LoweredStep {
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

function borderStep(buffer: Buffer, fill: number): LoweredStep {
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

function enterStep(op: EnterOp, y: Placement, region: PlacedRegion): LoweredStep {
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

function exitStep(op: ExitOp, x: Placement, region: PlacedRegion): LoweredStep {
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
