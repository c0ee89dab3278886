import type { RuntimeSequence, RuntimeValue, Tensor } from "../ir/index.ts";
import { isTensor } from "../ir/index.ts";
import { integersOf } from "./numeric/decode.ts";
import type { OpCall } from "./types.ts";

/** Input `index`; TypeError when it is absent. */
export function valueInput(call: OpCall, index: number): RuntimeValue {
  const value = call.inputs[index];
  if (value === undefined) throw new TypeError(`${call.node.opType}: input ${index} is absent`);
  return value;
}

/** Input `index` as a dense tensor; TypeError when it is absent or something else. */
export function tensorInput(call: OpCall, index: number): Tensor {
  return asTensor(call, valueInput(call, index), index);
}

/** Input `index` as a dense tensor, undefined when absent; TypeError when it is something else. */
export function optionalTensorInput(call: OpCall, index: number): Tensor | undefined {
  const value = call.inputs[index];
  return value === undefined ? undefined : asTensor(call, value, index);
}

/** Input `index` as a sequence; TypeError when it is absent or something else. */
export function sequenceInput(call: OpCall, index: number): RuntimeSequence {
  const value = valueInput(call, index);
  if (isTensor(value) || value.kind !== "sequence")
    throw new TypeError(`${call.node.opType}: input ${index} is not a sequence`);
  return value;
}

/** Input `index` as the numbers of an integer tensor (axes, shape, …), clamped to the safe range; undefined when absent. */
export function integersInput(call: OpCall, index: number): readonly number[] | undefined {
  const tensor = optionalTensorInput(call, index);
  return tensor === undefined ? undefined : integersOf(tensor);
}

function asTensor(call: OpCall, value: RuntimeValue, index: number): Tensor {
  if (!isTensor(value)) throw new TypeError(`${call.node.opType}: input ${index} is a ${value.kind}, not a tensor`);
  return value;
}
