import type { FloatEpilogue } from "../float-workload.ts";
import type { Placement } from "./buffers.ts";
import { stridesOf } from "./buffers.ts";
import type { FloatBinaryOp, FloatConvOp, FloatFunction, FloatUnaryOp, PoolOp } from "./integer-graph.ts";
import { touchedPads } from "./place.ts";
import type { LoweredStep } from "./step.ts";
import { at, constantOperand, parameters, tensorOperand } from "./step.ts";

/** Numbers of a function: `alpha`, `beta`, `lo`, `hi`. */
function numbersOf({ alpha, beta, bounds }: FloatFunction): Readonly<Record<string, number>> {
  return { alpha, beta, lo: bounds[0], hi: bounds[1] };
}

function isBounded({ bounds }: FloatFunction): boolean {
  return bounds[0] !== -Infinity || bounds[1] !== Infinity;
}

/** The step of a convolution or matrix product in float32. */
export function floatConvStep(
  op: FloatConvOp,
  x: Placement,
  residual: Placement | undefined,
  y: Placement,
): LoweredStep {
  const epilogue: FloatEpilogue = {
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
  const common = {
    ...{ rows: y.extent.rows, columns: y.extent.columns, window: op.window, bias: op.bias !== undefined, epilogue },
    x: stridesOf(x.buffer),
    y: stridesOf(y.buffer),
  };
  const image = op.x.shape.length === 4;
  return {
    name: op.name,
    nodes: op.nodes,
    workload:
      op.groups !== 1
        ? { op: "depthwise-f32", channels: op.outputs, ...common }
        : {
            op: op.x.stored === "bf16" ? "conv-bf16" : "conv-f32",
            inputs: x.extent.channels,
            outputs: op.outputs,
            weights: op.layout,
            ...common,
          },
    operands: {
      x: image ? at(x, -op.pads[0], -op.pads[1]) : at(x),
      y: at(y),
      ...(residual === undefined ? {} : { residual: at(residual) }),
    },
    parameters: parameters(numbersOf(op.fn)),
    constants: { weights: op.weights, ...(op.bias === undefined ? {} : { bias: op.bias }) },
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
export function floatBinaryStep(op: FloatBinaryOp, a: Placement, b: Placement | undefined, y: Placement): LoweredStep {
  const second = b === undefined ? constantOperand(op, a) : tensorOperand(op, a, b);
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
