import { numbersOf, sizeOf } from "../../../src/ir/index.ts";
import { foldPhaseBiases } from "../reference/transposed.ts";
import type { Epilogue, TransposedConvWorkload } from "../workload.ts";
import type { Placement } from "./buffers.ts";
import { stridesOf } from "./buffers.ts";
import type { ConvOp, Residual } from "./integer-graph.ts";
import type { PhaseCall } from "./phase-calls.ts";
import { phaseCalls } from "./phase-calls.ts";
import type { LoweredStep } from "./step.ts";
import { at, named, parameters } from "./step.ts";

/** The steps of an integer convolution or matrix product: one, or one a phase of a transposed convolution. */
export function convSteps(
  op: ConvOp,
  x: Placement,
  residual: Placement | undefined,
  y: Placement,
): readonly LoweredStep[] {
  const { layout, window, groups, outputs } = op;
  const epilogue = epilogueOf(op, residual);
  if (layout === "iohw") return phaseCalls(op, x, residual, y).map((call) => phaseStep(op, call, epilogue, x));
  const { rows, columns } = y.extent;
  const inputs = x.extent.channels;
  const common = {
    ...{ rows, columns, window, bias: op.bias !== undefined, epilogue },
    x: stridesOf(x.buffer),
    y: stridesOf(y.buffer),
  };
  const image = op.x.shape.length === 4;
  const form = { inputs, outputs, ...common };
  return [
    {
      name: op.name,
      nodes: op.nodes,
      workload:
        groups === 1
          ? { op: "conv-u8s8", weights: layout, ...(op.shift === undefined ? {} : { shift: true }), ...form }
          : groups === outputs && groups === inputs
            ? { op: "depthwise-u8s8", channels: outputs, ...common }
            : { op: "grouped-u8s8", groups, ...form },
      operands: {
        x: image ? at(x, -op.pads[0], -op.pads[1]) : at(x),
        y: at(y),
        ...residualOperand(op, residual),
      },
      parameters: parameters(numbersOfConv(op), op.table),
      constants: {
        weights: op.weights,
        "weight-scale": op.weightScale,
        ...(op.bias === undefined ? {} : { bias: op.bias }),
        ...(op.shift === undefined ? {} : { shift: op.shift }),
      },
    },
  ];
}

function phaseStep(op: ConvOp, call: PhaseCall, epilogue: Epilogue, x: Placement): LoweredStep {
  const { name, operands, residual, ...parts } = call;
  const given = epilogue.residual;
  const workload: TransposedConvWorkload = {
    ...{ op: "transposed-u8s8", bias: true, inputs: x.extent.channels, x: stridesOf(x.buffer), ...parts },
    epilogue: {
      ...epilogue,
      residual: given === undefined || residual === undefined ? undefined : { ...given, ...residual },
    },
  };
  const { constant } = op.weights;
  if (constant === undefined) throw new Error(`the weights of "${op.name}" have no content`);
  const bias = op.bias?.constant;
  const folded = foldPhaseBiases(
    workload,
    numbersOf(constant),
    bias === undefined ? undefined : numbersOf(bias),
    op.x.quantization?.zero ?? 0,
  );
  return {
    name,
    ...{ nodes: op.nodes, workload, operands },
    parameters: {
      numbers: numbersOfConv(op),
      tables: { ...(op.table === undefined ? {} : { table: op.table }), bias: folded },
    },
    constants: { weights: op.weights, "weight-scale": op.weightScale },
  };
}

function epilogueOf(op: ConvOp, residual: Placement | undefined): Epilogue {
  return {
    out: op.y.quantization === undefined ? "f32" : "u8",
    ...(op.activation === undefined ? {} : { activation: op.activation }),
    ...(op.divides === true ? { divides: op.divides } : {}),
    table: op.table !== undefined,
    ...(onlySaturates(op) ? { saturates: true as const } : {}),
    residual: op.residual === undefined ? undefined : residualOf(op.residual, residual),
  };
}

/** Strides of a residual; one value a channel has none. */
function residualOf({ mode, first }: Residual, place: Placement | undefined): Epilogue["residual"] {
  const isVector = place === undefined || (mode === "mul" && place.extent.rows * place.extent.columns === 1);
  const strides = isVector ? { row: 0, pixel: 0 } : stridesOf(place.buffer);
  return { ...strides, ...(mode === "mul" ? { multiplies: true } : first ? { first } : {}) };
}

function residualOperand({ residual }: ConvOp, place: Placement | undefined): LoweredStep["operands"] {
  if (residual === undefined) return {};
  if ("constant" in residual.tensor) return { residual: { kind: "constant", value: residual.tensor.constant } };
  return place === undefined ? {} : { residual: at(place) };
}

/** Whether the result of a requantization needs no clamp but that of its type: bounds of a byte, multipliers below 1. */
function onlySaturates({ sum, y, bounds, x, weightScale, shift }: ConvOp): boolean {
  if (shift !== undefined) return false;
  const result = sum ?? y.quantization;
  if (result === undefined || bounds[0] !== 0 || bounds[1] !== 255 || weightScale.constant === undefined) return false;
  const inputScale = x.quantization?.scale ?? 1;
  return Array.from(numbersOf(weightScale.constant)).every((scale) => (inputScale * scale) / result.scale < 0.999);
}

function numbersOfConv(op: ConvOp): Readonly<Record<string, number>> {
  const single = op.weightScale.constant === undefined ? 1 : sizeOf(op.weightScale.constant.shape);
  return {
    ...named("x", op.x.quantization),
    ...named("y", op.sum ?? op.y.quantization ?? { scale: 1, zero: 0 }),
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
  };
}
