import type { Value } from "../../src/ir/index.ts";
import { numbersOf, tensorAttr } from "../../src/ir/index.ts";
import { constantOf } from "../support/facts.ts";
import type { LocalRule } from "../support/local-rules.ts";

/** Inputs that are zero when absent: bias, initial state and cell, peepholes (specification of LSTM, GRU and RNN). */
const zeroByDefault = [3, 5, 6, 7] as const;

/** True for a constant of zeros and for ConstantOfShape that fills with zero. */
function isZero(value: Value | undefined): boolean {
  const tensor = constantOf(value);
  if (tensor !== undefined)
    return tensor.byteLength > 0 && Array.prototype.every.call(numbersOf(tensor), (v) => v === 0);
  const producer = value?.producer;
  if (producer?.opType !== "ConstantOfShape" || producer.domain !== "") return false;
  const fill = tensorAttr(producer, "value");
  return fill === undefined || numbersOf(fill)[0] === 0;
}

/** LSTM(x, w, r, b, _, zeros, zeros) -> LSTM(x, w, r, b). */
export const zeroStateRule: LocalRule = {
  name: "zero-state",
  ops: ["LSTM", "GRU", "RNN"],
  apply: (node) => {
    const inputs = [...node.inputs];
    const zeros = zeroByDefault.filter((index) => isZero(inputs[index]));
    if (zeros.length === 0) return undefined;
    for (const index of zeros) inputs[index] = undefined;
    while (inputs.at(-1) === undefined) inputs.pop();
    node.graph.setInputs(node, inputs);
    return `inputs ${zeros.join(", ")} are zero, as they are when absent`;
  },
};
