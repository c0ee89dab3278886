import type { ReferenceOp } from "../../types.ts";
import type { Activation } from "./recurrent-activations.ts";
import type { RecurrentCell } from "./recurrent.ts";
import { gateSum, runRecurrent } from "./recurrent.ts";

/** RNN: h = f(x * W^T + h * R^T + bias). */
export const rnn: ReferenceOp = {
  domain: "",
  name: "RNN",
  run: (call) => runRecurrent(call, { gates: 1, activations: ["Tanh"], gateActivations: 1, stateInputs: [5], cell }),
};

const cell: RecurrentCell = (weights, x, states) => {
  const [h] = states as readonly [Float64Array];
  const [f] = weights.activations as readonly [Activation];
  h.set(h.map((_, j) => f(gateSum(weights, j, x, h))));
};
