import { intAttr } from "../../../ir/index.ts";
import type { ReferenceOp } from "../../types.ts";
import type { Activation } from "./recurrent-activations.ts";
import type { RecurrentCell } from "./recurrent.ts";
import { gateSum, runRecurrent } from "./recurrent.ts";

/** LSTM: gates i, o, f, c with peepholes for i, o, f; input_forget couples f = 1 - i. */
export const lstm: ReferenceOp = {
  domain: "",
  name: "LSTM",
  run(call) {
    const cell = lstmCell(intAttr(call.node, "input_forget", 0) !== 0);
    const activations = ["Sigmoid", "Tanh", "Tanh"];
    return runRecurrent(call, {
      gates: 4,
      activations,
      gateActivations: 2,
      stateInputs: [5, 6],
      peepholeInput: 7,
      cell,
    });
  },
};

function lstmCell(coupled: boolean): RecurrentCell {
  return (weights, x, states) => {
    const [h, c] = states as readonly [Float64Array, Float64Array];
    const [f, g, k] = weights.activations as readonly [Activation, Activation, Activation];
    const { hidden, peepholes } = weights;
    const next = h.map((_, j) => {
      const old = c[j] as number;
      const input = f(gateSum(weights, j, x, h) + (peepholes[j] as number) * old);
      const forget = coupled
        ? 1 - input
        : f(gateSum(weights, 2 * hidden + j, x, h) + (peepholes[2 * hidden + j] as number) * old);
      const cell = forget * old + input * g(gateSum(weights, 3 * hidden + j, x, h));
      c[j] = cell;
      return f(gateSum(weights, hidden + j, x, h) + (peepholes[hidden + j] as number) * cell) * k(cell);
    });
    h.set(next);
  };
}
