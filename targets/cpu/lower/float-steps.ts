import type { FloatEpilogue } from "../float-workload.ts";
import type { Placement } from "./buffers.ts";
import { stridesOf } from "./buffers.ts";
import { isBounded } from "./float-function.ts";
import type { FloatBinaryOp, FloatConvOp, FloatFunction, FloatUnaryOp, PoolOp } from "./integer-graph.ts";
import { touchedPads } from "./place.ts";
import { phaseCalls } from "./phase-calls.ts";
import type { LoweredStep, SecondOperand } from "./step.ts";
import { at, parameters } from "./step.ts";

/** Numbers of a function: `alpha`, `beta`, `lo`, `hi`. */
function numbersOf({ alpha, beta, bounds }: FloatFunction): Readonly<Record<string, number>> {
  return { alpha, beta, lo: bounds[0], hi: bounds[1] };
}

/** The steps of a convolution or matrix product in float32: one, or one a phase of a transposed convolution. */
export function floatConvSteps(
  op: FloatConvOp,
  x: Placement,
  residual: Placement | undefined,
  y: Placement,
): readonly LoweredStep[] {
  const { layout, window, groups, outputs } = op;
  const epilogue = epilogueOf(op, residual);
  const constants = { weights: op.weights, ...(op.bias === undefined ? {} : { bias: op.bias }) };
  const shared = { nodes: op.nodes, parameters: parameters(numbersOf(op.fn)), constants };
  const inputs = x.extent.channels;
  const common = { bias: op.bias !== undefined, epilogue, x: stridesOf(x.buffer), y: stridesOf(y.buffer) };
  if (layout === "iohw")
    return phaseCalls(op, x, residual, y).map(({ name, operands, residual: strides, ...parts }) => {
      const given = epilogue.residual;
      const added = given === undefined || strides === undefined ? undefined : { ...given, ...strides };
      const form = { ...common, ...parts, epilogue: { ...epilogue, residual: added } };
      return { name, operands, workload: { op: "transposed-f32", inputs, ...form }, ...shared };
    });
  const image = op.x.shape.length === 4;
  const sizes = { rows: y.extent.rows, columns: y.extent.columns, window, ...common };
  return [
    {
      name: op.name,
      workload:
        groups === 1
          ? { op: op.x.stored === "bf16" ? "conv-bf16" : "conv-f32", inputs, outputs, weights: layout, ...sizes }
          : groups === outputs && groups === inputs
            ? { op: "depthwise-f32", channels: outputs, ...sizes }
            : { op: "grouped-f32", groups, inputs, outputs, ...sizes },
      operands: {
        x: image ? at(x, -op.pads[0], -op.pads[1]) : at(x),
        y: at(y),
        ...(residual === undefined ? {} : { residual: at(residual) }),
      },
      ...shared,
    },
  ];
}

function epilogueOf(op: FloatConvOp, residual: Placement | undefined): FloatEpilogue {
  return {
    activation: op.fn.activation,
    clamp: isBounded(op.fn),
    residual:
      residual === undefined
        ? undefined
        : {
            ...stridesOf(residual.buffer),
            ...(op.residual?.after === true ? { after: true } : {}),
            ...(op.residual?.tensor.stored === "bf16" ? { from: "bf16" } : {}),
          },
    ...(op.y.stored === "bf16" ? { out: "bf16" } : {}),
  };
}

/** The step of a float32 pool. */
export function floatPoolStep(op: PoolOp, x: Placement, y: Placement): LoweredStep {
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "pool-f32", kind: op.mode, window: op.window, ...y.extent },
      edge: { pads: touchedPads(op), counted: op.counted },
      x: stridesOf(x.buffer),
      y: stridesOf(y.buffer),
    },
    operands: { x: at(x, -op.pads[0], -op.pads[1]), y: at(y) },
    parameters: parameters({}),
    constants: {},
  };
}

/** The step of a float32 sum or product. */
export function floatBinaryStep(op: FloatBinaryOp, a: Placement, second: SecondOperand, y: Placement): LoweredStep {
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "binary-f32", kind: op.mode, ...y.extent, activation: op.fn.activation, clamp: isBounded(op.fn) },
      a: stridesOf(a.buffer),
      b: second.shape,
      y: stridesOf(y.buffer),
    },
    operands: { a: at(a), b: second.operand, y: at(y) },
    parameters: parameters(numbersOf(op.fn)),
    constants: {},
  };
}

/** The step of a float32 function. */
export function floatUnaryStep(op: FloatUnaryOp, x: Placement, y: Placement): LoweredStep {
  return {
    name: op.name,
    nodes: op.nodes,
    workload: {
      ...{ op: "unary-f32", ...y.extent, activation: op.fn.activation, clamp: isBounded(op.fn) },
      x: stridesOf(x.buffer),
      y: stridesOf(y.buffer),
    },
    operands: { x: at(x), y: at(y) },
    parameters: parameters(numbersOf(op.fn)),
    constants: {},
  };
}
