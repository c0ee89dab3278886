import type { Buffer, Placement } from "./buffers.ts";
import { stridesOf } from "./buffers.ts";
import type { BinaryOp, ConvOp, FloatBinaryOp, FloatConvOp, IntegerOp, PoolOp, TableOp } from "./integer-graph.ts";
import { convSteps } from "./conv-steps.ts";
import { floatBinaryStep, floatConvSteps, floatPoolStep, floatUnaryStep } from "./float-steps.ts";
import { borderStep, convertStep, copyStep, enterStep, exitStep } from "./move-steps.ts";
import type { PlacedRegion } from "./place.ts";
import { touchedPads } from "./place.ts";
import { attentionStep, normalizationStep, productStep, softmaxStep } from "./transformer-steps.ts";
import { argmaxStep, resizeStep } from "./resize-steps.ts";
import type { LoweredStep, SecondOperand } from "./step.ts";
import { at, constantOperand, named, parameters, tensorOperand } from "./step.ts";
import { preferredOrder } from "./physical.ts";

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
    case "argmax":
      return argmaxStep(op, first as Placement, output as Placement);
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
