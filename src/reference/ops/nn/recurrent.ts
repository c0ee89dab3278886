import type { Tensor } from "../../../ir/index.ts";
import { intAttr, stringAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { integersInput, optionalTensorInput, tensorInput } from "../../operands.ts";
import type { OpCall } from "../../types.ts";
import { transposed } from "../tensor/transposed.ts";
import type { Activation } from "./recurrent-activations.ts";
import { recurrentActivations } from "./recurrent-activations.ts";

/** Weights of one direction. Rows of all gates follow one another; matrices are row-major. */
export interface RecurrentWeights {
  readonly input: Float64Array;
  readonly recurrence: Float64Array;
  readonly inputBias: Float64Array;
  readonly recurrenceBias: Float64Array;
  readonly peepholes: Float64Array;
  readonly activations: readonly Activation[];
  readonly hidden: number;
}

/** Advances the states of one batch row (hidden state first) by one step, in place. */
export type RecurrentCell = (weights: RecurrentWeights, x: Float64Array, states: readonly Float64Array[]) => void;

/** What tells an LSTM from a GRU from an RNN. */
export interface RecurrentKind {
  readonly gates: number;
  readonly activations: readonly string[];
  /** How many of the activations are of gates, where `clip` applies; onnxruntime leaves the one of the LSTM's cell alone. */
  readonly gateActivations: number;
  /** Inputs that hold the initial states, and the input of the peepholes. */
  readonly stateInputs: readonly number[];
  readonly peepholeInput?: number;
  readonly cell: RecurrentCell;
}

/** Runs a recurrent node: Y of all steps, then the last value of each state. */
export function runRecurrent(call: OpCall, kind: RecurrentKind): Tensor[] {
  const { node } = call;
  const batchFirst = intAttr(node, "layout", 0) !== 0;
  const given = tensorInput(call, 0);
  const x = batchFirst ? transposed(given, [1, 0, 2]) : given;
  const [steps = 0, batch = 0, inputSize = 0] = x.shape;
  const [directions = 0, , hidden = 0] = tensorInput(call, 2).shape;
  const direction = stringAttr(node, "direction", "forward");
  if (directions !== (direction === "bidirectional" ? 2 : 1))
    throw new RangeError(`${node.opType}: ${directions} sets of weights for direction ${direction}`);
  const weights = weightsOf(call, kind, directions, hidden);
  const lengths = integersInput(call, 4) ?? Array.from({ length: batch }, () => steps);
  const states = kind.stateInputs.map((index) => {
    const initial = optionalTensorInput(call, index);
    if (initial === undefined) return new Float64Array(directions * batch * hidden);
    return realsOf(batchFirst ? transposed(initial, [1, 0, 2]) : initial);
  });
  const source = realsOf(x);
  const y = new Float64Array(steps * directions * batch * hidden);
  for (let d = 0; d < directions; d++) {
    const backward = direction === "reverse" || d === 1;
    for (let b = 0; b < batch; b++) {
      const own = states.map((state) => state.subarray((d * batch + b) * hidden, (d * batch + b + 1) * hidden));
      const length = lengths[b] as number;
      for (let step = 0; step < length; step++) {
        const t = backward ? length - 1 - step : step;
        const row = source.subarray((t * batch + b) * inputSize, (t * batch + b + 1) * inputSize);
        kind.cell(weights[d] as RecurrentWeights, row, own);
        y.set(own[0] as Float64Array, ((t * directions + d) * batch + b) * hidden);
      }
    }
  }
  const all = encodeReals(x.dtype, [steps, directions, batch, hidden], y);
  const last = states.map((state) => encodeReals(x.dtype, [directions, batch, hidden], state));
  if (!batchFirst) return [all, ...last];
  return [transposed(all, [2, 0, 1, 3]), ...last.map((state) => transposed(state, [1, 0, 2]))];
}

function weightsOf(call: OpCall, kind: RecurrentKind, directions: number, hidden: number): RecurrentWeights[] {
  const rows = kind.gates * hidden;
  const part = (index: number | undefined, d: number, length: number): Float64Array => {
    const tensor = index === undefined ? undefined : optionalTensorInput(call, index);
    return tensor === undefined ? new Float64Array(length) : realsOf(tensor).subarray(d * length, (d + 1) * length);
  };
  const inputSize = tensorInput(call, 1).shape[2] ?? 0;
  const activations = recurrentActivations(call.node, directions, kind.activations, kind.gateActivations);
  return activations.map((own, d) => {
    const bias = part(3, d, 2 * rows);
    return {
      input: part(1, d, rows * inputSize),
      recurrence: part(2, d, rows * hidden),
      inputBias: bias.subarray(0, rows),
      recurrenceBias: bias.subarray(rows),
      peepholes: part(kind.peepholeInput, d, 3 * hidden),
      activations: own,
      hidden,
    };
  });
}

/** Row `row` of a row-major matrix times a vector. */
export function rowTimes(matrix: Float64Array, row: number, vector: Float64Array): number {
  let sum = 0;
  const start = row * vector.length;
  for (let i = 0; i < vector.length; i++) sum += (matrix[start + i] as number) * (vector[i] as number);
  return sum;
}

/** x * W^T + bias + h * R^T + bias for one row of the gates. */
export function gateSum(weights: RecurrentWeights, row: number, x: Float64Array, h: Float64Array): number {
  return (
    rowTimes(weights.input, row, x) +
    (weights.inputBias[row] as number) +
    rowTimes(weights.recurrence, row, h) +
    (weights.recurrenceBias[row] as number)
  );
}
