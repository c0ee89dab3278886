import type { Graph, RuntimeValue, Tensor } from "../../../ir/index.ts";
import { graphAttr, intAttr, intsAttr, sizeOf } from "../../../ir/index.ts";
import { normalizeAxis } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import { elementAlong } from "../tensor/sliced.ts";
import { scanOutput } from "./scan-output.ts";

/** Scan: runs its body over the slices of the scan inputs; opset 8 has a batch axis and sequence lengths of its own. */
export const scan: ReferenceOp = {
  domain: "",
  name: "Scan",
  run(call) {
    const body = graphAttr(call.node, "body");
    if (body === undefined) throw new TypeError("Scan: no body");
    return call.opset < 9 ? runBatched(call, body) : runPlain(call, body);
  },
};

/** A scan input: the tensor, the axis along which it is cut, and whether from its end. */
interface ScanInput {
  readonly tensor: Tensor;
  readonly axis: number;
  readonly backward: boolean;
}

interface Scanned {
  readonly states: readonly RuntimeValue[];
  /** For each scan output what the body gave, in order of the iterations. */
  readonly elements: readonly (readonly RuntimeValue[])[];
}

/** Runs the body `steps` times. */
function iterate(
  call: OpCall,
  body: Graph,
  initial: readonly RuntimeValue[],
  inputs: readonly ScanInput[],
  steps: number,
): Scanned {
  let states = initial;
  const elements: RuntimeValue[][] = body.outputs.slice(initial.length).map(() => []);
  for (let t = 0; t < steps; t++) {
    const slices = inputs.map(({ tensor, axis, backward }) => elementAlong(tensor, axis, backward ? steps - 1 - t : t));
    const results = call.runGraph(body, [...states, ...slices]);
    states = results.slice(0, initial.length);
    elements.forEach((list, i) => list.push(results[initial.length + i] as RuntimeValue));
  }
  return { states, elements };
}

function runPlain(call: OpCall, body: Graph): readonly RuntimeValue[] {
  const tensors = call.inputs.map((_, i) => tensorInput(call, i));
  const stateCount = tensors.length - intAttr(call.node, "num_scan_inputs", 0);
  const inputAxes = intsAttr(call.node, "scan_input_axes");
  const inputDirections = intsAttr(call.node, "scan_input_directions");
  const inputs = tensors.slice(stateCount).map((tensor, i) => ({
    tensor,
    axis: normalizeAxis(inputAxes?.[i] ?? 0, tensor.shape.length),
    backward: inputDirections?.[i] === 1,
  }));
  const { states, elements } = iterate(call, body, tensors.slice(0, stateCount), inputs, stepsOf(inputs));
  const outputAxes = intsAttr(call.node, "scan_output_axes");
  const outputDirections = intsAttr(call.node, "scan_output_directions");
  const outputs = elements.map((list, i) => {
    const ordered = outputDirections?.[i] === 1 ? list.toReversed() : list;
    return scanOutput(ordered, body.outputs[stateCount + i], outputAxes?.[i] ?? 0);
  });
  return [...states, ...outputs];
}

function stepsOf(inputs: readonly ScanInput[]): number {
  const lengths = new Set(inputs.map(({ tensor, axis }) => tensor.shape[axis] as number));
  const [steps] = lengths;
  if (steps === undefined || lengths.size > 1)
    throw new RangeError(`Scan: inputs of lengths ${[...lengths].join(", ")} do not go together`);
  return steps;
}

/** Opset 8: every entry of the batch axis is scanned by itself, along axis 1, as far as its sequence length. */
function runBatched(call: OpCall, body: Graph): readonly RuntimeValue[] {
  const lengths = integersInput(call, 0);
  const tensors = call.inputs.slice(1).map((_, i) => tensorInput(call, i + 1));
  const stateCount = tensors.length - intAttr(call.node, "num_scan_inputs", 0);
  const directions = intsAttr(call.node, "directions");
  const [batch = 0, longest = 0] = tensors[stateCount]?.shape ?? [];
  const runs = Array.from({ length: batch }, (_, b) => {
    const own = tensors.map((tensor) => elementAlong(tensor, 0, b));
    const steps = lengths?.[b] ?? longest;
    const inputs = own.slice(stateCount).map((tensor, i) => ({ tensor, axis: 0, backward: directions?.[i] === 1 }));
    const { states, elements } = iterate(call, body, own.slice(0, stateCount), inputs, steps);
    return [
      ...states,
      ...elements.map((list, i) => lengthened(scanOutput(list, body.outputs[stateCount + i], 0), longest)),
    ];
  });
  return body.outputs.map((declared, i) =>
    scanOutput(
      runs.map((run) => run[i] as RuntimeValue),
      declared,
      0,
    ),
  );
}

/** Zeros after the steps that a short sequence has, which the specification leaves open. */
function lengthened(tensor: Tensor, steps: number): Tensor {
  const shape = tensor.shape.with(0, steps);
  const kept = sizeOf(tensor.shape);
  return takeElements(
    tensor,
    shape,
    Int32Array.from({ length: sizeOf(shape) }, (_, i) => (i < kept ? i : -1)),
  );
}
