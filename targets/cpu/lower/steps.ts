import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { Node, Value } from "../../../src/ir/index.ts";
import { sizeOf } from "../../../src/ir/index.ts";
import type { CpuWorkload, Epilogue, Strides } from "../workload.ts";
import type { Buffer, Placement, Storage } from "./buffers.ts";
import { offsetOf, stridesOf } from "./buffers.ts";
import type {
  BinaryOp,
  ConvOp,
  EnterOp,
  ExitOp,
  IntegerOp,
  PoolOp,
  Quantization,
  ResizeOp,
  TableOp,
} from "./integer-graph.ts";
import type { CopyOp, PlacedRegion } from "./place.ts";
import { LoweringRefusal } from "./place.ts";
import { extentOf, isNatural, naturalOrder, preferredOrder } from "./physical.ts";

/** What an argument of a step points to: memory of the region, a value that crosses its border, or a constant. */
export type Operand =
  | { readonly kind: "storage"; readonly storage: Storage; readonly offset: number }
  | { readonly kind: "border"; readonly value: Value }
  | { readonly kind: "constant"; readonly value: Value };

/** One call of a kernel that is not chosen yet. */
export interface LoweredStep {
  readonly name: string;
  readonly workload: CpuWorkload;
  /** By argument of the workload; arguments that are packed from constants are not among them. */
  readonly operands: Readonly<Record<string, Operand>>;
  readonly parameters: KernelParameters;
  /** Constants of the graph by the role that packs name. */
  readonly constants: Readonly<Record<string, Value>>;
  /** Nodes of the graph the step stands for. */
  readonly nodes: readonly Node[];
}

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
    steps.push(opStep(placed.op, placed.inputs, placed.output, region));
  }
  return steps;
}

function opStep(
  op: IntegerOp,
  inputs: readonly Placement[],
  output: Placement | undefined,
  region: PlacedRegion,
): LoweredStep {
  const [first, second] = inputs;
  switch (op.kind) {
    case "conv":
      return convStep(op, first as Placement, second, output as Placement);
    case "pool":
      return poolStep(op, first as Placement, output as Placement);
    case "binary":
      return binaryStep(op, first as Placement, second, output as Placement);
    case "table":
      return tableStep(op, first as Placement, output as Placement);
    case "resize":
      return resizeStep(op, first as Placement, output as Placement);
    case "enter":
      return enterStep(op, output as Placement, region);
    case "exit":
      return exitStep(op, first as Placement, region);
    case "concat":
    case "view":
      throw new Error(`${op.kind} has no step of its own`);
  }
}

const noTables: KernelParameters["tables"] = {};

function parameters(numbers: Readonly<Record<string, number>>, table?: Uint8Array): KernelParameters {
  return { numbers, tables: table === undefined ? noTables : { table } };
}

/** `prefixScale` and `prefixZero`. */
function named(prefix: string, quantization: Quantization | undefined): Readonly<Record<string, number>> {
  if (quantization === undefined) return {};
  return { [`${prefix}Scale`]: quantization.scale, [`${prefix}Zero`]: quantization.zero };
}

function at(place: Placement, y = 0, x = 0): Operand {
  return { kind: "storage", storage: place.buffer.storage, offset: offsetOf(place, y, x) };
}

function convStep(op: ConvOp, x: Placement, residual: Placement | undefined, y: Placement): LoweredStep {
  const { rows, columns } = y.extent;
  const depthwise = op.groups !== 1;
  const epilogue: Epilogue = {
    out: op.sum === undefined ? "f32" : "u8",
    table: op.table !== undefined,
    residual:
      residual === undefined
        ? undefined
        : { ...stridesOf(residual.buffer), ...(op.residual?.first === true ? { first: true } : {}) },
  };
  const common = {
    ...{ rows, columns, bias: op.bias !== undefined, epilogue },
    x: stridesOf(x.buffer),
    y: stridesOf(y.buffer),
  };
  const { window } = op;
  const image = op.x.shape.length === 4;
  const start = image ? at(x, -op.pads[0], -op.pads[1]) : at(x);
  const single = op.weightScale.constant === undefined ? 1 : sizeOf(op.weightScale.constant.shape);
  return {
    name: op.name,
    nodes: op.nodes,
    workload: depthwise
      ? { op: "depthwise-u8s8", channels: op.outputs, window, ...common }
      : {
          ...{ op: "conv-u8s8", inputs: x.extent.channels, outputs: op.outputs, window, weights: op.layout },
          ...common,
        },
    operands: { x: start, y: at(y), ...(residual === undefined ? {} : { residual: at(residual) }) },
    parameters: parameters(
      {
        ...named("x", op.x.quantization),
        ...named("y", op.sum ?? { scale: 1, zero: 0 }),
        lo: op.bounds[0],
        hi: op.bounds[1],
        perTensor: Number(single === 1),
        ...named("table", op.tableQuantization),
        ...(op.residual === undefined
          ? {}
          : {
              ...named("residual", op.residual.tensor.quantization),
              ...named("out", op.y.quantization),
              outLo: op.residual.bounds[0],
              outHi: op.residual.bounds[1],
            }),
      },
      op.table,
    ),
    constants: {
      weights: op.weights,
      "weight-scale": op.weightScale,
      ...(op.bias === undefined ? {} : { bias: op.bias }),
    },
  };
}

function poolStep(op: PoolOp, x: Placement, y: Placement): LoweredStep {
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "pool-u8", kind: op.mode, window: op.window, channels: y.extent.channels },
      ...{ rows: y.extent.rows, columns: y.extent.columns },
      edge: { pads: op.pads, counted: op.counted },
      x: stridesOf(x.buffer),
      y: stridesOf(y.buffer),
    },
    operands: { x: at(x, -op.pads[0], -op.pads[1]), y: at(y) },
    parameters: parameters({ ...named("x", op.x.quantization), ...named("y", op.y.quantization) }),
    constants: {},
  };
}

function binaryStep(op: BinaryOp, a: Placement, b: Placement | undefined, y: Placement): LoweredStep {
  const second = b === undefined ? constantOperand(op, a) : tensorOperand(op, a, b);
  const quantization = "constant" in op.b ? op.b.quantization : op.b.quantization;
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
        ...named("b", quantization),
        ...named("y", op.y.quantization),
        lo: op.bounds[0],
        hi: op.bounds[1],
      },
      op.table,
    ),
    constants: {},
  };
}

interface SecondOperand {
  readonly shape: Strides | "channel" | "scalar";
  readonly operand: Operand;
}

function tensorOperand(op: BinaryOp, a: Placement, b: Placement): SecondOperand {
  const operand = at(b);
  const { rows, columns, channels } = b.extent;
  if (rows === a.extent.rows && columns === a.extent.columns && channels === a.extent.channels)
    return { shape: stridesOf(b.buffer), operand };
  if (rows === 1 && columns === 1 && channels === 1) return { shape: "scalar", operand };
  if (rows === 1 && columns === 1 && channels === a.extent.channels) return { shape: "channel", operand };
  throw new LoweringRefusal(op, "broadcasting along rows or columns");
}

/** A constant operand: one value, or one a channel. */
function constantOperand(op: BinaryOp, a: Placement): SecondOperand {
  if (!("constant" in op.b)) throw new Error("the operand is no constant");
  const value = op.b.constant;
  const shape = value.constant?.shape ?? [];
  const count = sizeOf(shape);
  if (count === 1) return { shape: "scalar", operand: { kind: "constant", value } };
  const rank = op.a.shape.length;
  const axis = rank === 4 ? 1 : rank - 1;
  const aligned = shape[axis - rank + shape.length];
  if (count === a.extent.channels && aligned === count)
    return { shape: "channel", operand: { kind: "constant", value } };
  throw new LoweringRefusal(op, "a constant operand that is neither one value nor one a channel");
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
  const { rows, columns, channels } = planar === "to" ? from.extent : to.extent;
  return {
    name,
    nodes: [],
    workload: {
      ...{ op: "transfer", kind: "move", rows, columns, channels },
      x: planar === "from" ? "planar" : stridesOf(from.buffer),
      y: planar === "to" ? "planar" : stridesOf(to.buffer),
    },
    operands: { x: at(from), y: at(to) },
    parameters: parameters({}),
    constants: {},
  };
}

function borderStep(buffer: Buffer, fill: number): LoweredStep {
  const { top, left, bottom, right } = buffer.halo;
  return {
    name: `${buffer.storage.name} border`,
    nodes: [],
    workload: { op: "fill-border", ...buffer.extent, pads: [top, left, bottom, right], y: stridesOf(buffer) },
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
  if (order.join() === preferredOrder(4).join()) return { extent: place.extent, strides: "planar" };
  throw new LoweringRefusal(op, "axes in an order that no copy makes");
}

function enterStep(op: EnterOp, y: Placement, region: PlacedRegion): LoweredStep {
  const { strides, extent } = borderForm(op, y, region);
  const float = op.from.type?.kind === "tensor" && op.from.type.dtype === "float32";
  return {
    name: op.name,
    nodes: op.nodes,
    workload: { op: "transfer", kind: float ? "quantize" : "move", ...extent, x: strides, y: stridesOf(y.buffer) },
    operands: { x: { kind: "border", value: op.from }, y: at(y) },
    parameters: parameters(float ? { ...crossing(op.y.quantization) } : {}),
    constants: {},
  };
}

function exitStep(op: ExitOp, x: Placement, region: PlacedRegion): LoweredStep {
  const { strides, extent } = borderForm(op, x, region);
  const float = op.to.type?.kind === "tensor" && op.to.type.dtype === "float32";
  return {
    name: op.name,
    nodes: op.nodes,
    workload: { op: "transfer", kind: float ? "dequantize" : "move", ...extent, x: stridesOf(x.buffer), y: strides },
    operands: { x: at(x), y: { kind: "border", value: op.to } },
    parameters: parameters(float ? { ...crossing(op.x.quantization) } : {}),
    constants: {},
  };
}

function crossing(quantization: Quantization | undefined): Readonly<Record<string, number>> {
  return quantization === undefined ? {} : { scale: quantization.scale, zero: quantization.zero };
}
