import { intAttr } from "../../../ir/index.ts";
import type { ReferenceOp } from "../../types.ts";
import type { Activation } from "./recurrent-activations.ts";
import type { RecurrentCell } from "./recurrent.ts";
import { gateSum, rowTimes, runRecurrent } from "./recurrent.ts";

/** GRU: gates z (update), r (reset), h; linear_before_reset applies the reset gate after the recurrence's product. */
export const gru: ReferenceOp = {
  domain: "",
  name: "GRU",
  run(call) {
    const cell = gruCell(intAttr(call.node, "linear_before_reset", 0) !== 0);
    return runRecurrent(call, {
      gates: 3,
      activations: ["Sigmoid", "Tanh"],
      gateActivations: 2,
      stateInputs: [5],
      cell,
    });
  },
};

function gruCell(linearBeforeReset: boolean): RecurrentCell {
  return (weights, x, states) => {
    const [h] = states as readonly [Float64Array];
    const [f, g] = weights.activations as readonly [Activation, Activation];
    const { hidden } = weights;
    const z = h.map((_, j) => f(gateSum(weights, j, x, h)));
    const r = h.map((_, j) => f(gateSum(weights, hidden + j, x, h)));
    const reset = h.map((value, j) => value * (r[j] as number));
    const candidate = h.map((_, j) => {
      const row = 2 * hidden + j;
      const fromInput = rowTimes(weights.input, row, x) + (weights.inputBias[row] as number);
      const bias = weights.recurrenceBias[row] as number;
      const fromState = linearBeforeReset
        ? (r[j] as number) * (rowTimes(weights.recurrence, row, h) + bias)
        : rowTimes(weights.recurrence, row, reset) + bias;
      return g(fromInput + fromState);
    });
    h.set(h.map((value, j) => (1 - (z[j] as number)) * (candidate[j] as number) + (z[j] as number) * value));
  };
}
