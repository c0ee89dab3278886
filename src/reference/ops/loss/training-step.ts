import type { Node, Tensor } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** What one step of an optimizer sees: learning rate, update count, and the node for its attributes. */
export interface StepParameters {
  readonly rate: number;
  readonly count: number;
  readonly node: Node;
}

/**
 * An operator of ai.onnx.preview.training. Its inputs are the learning rate, the update count, then the tensors X, their
 * gradients, and `states` kinds of state; it returns the new X and states. `update` maps one element's [x, gradient,
 * …states] to [x, …states].
 */
export function trainingStep(
  name: string,
  states: number,
  update: (parameters: StepParameters) => (values: readonly number[]) => readonly number[],
): ReferenceOp {
  return {
    domain: "ai.onnx.preview.training",
    name,
    run: (call) => {
      const parameters = { rate: scalar(tensorInput(call, 0)), count: scalar(tensorInput(call, 1)), node: call.node };
      const apply = update(parameters);
      const kinds = states + 2;
      const tensors = (call.inputs.length - 2) / kinds;
      const outputs = new Array<Tensor>(tensors * (states + 1));
      for (let t = 0; t < tensors; t++) {
        const sources = Array.from({ length: kinds }, (_, kind) => tensorInput(call, 2 + kind * tensors + t));
        const columns = sources.map(realsOf);
        const x = sources[0] as Tensor;
        const results = Array.from({ length: states + 1 }, () => new Float64Array(columns[0]?.length ?? 0));
        for (let i = 0; i < (columns[0]?.length ?? 0); i++) {
          const row = columns.map((column) => (column.length === 1 ? column[0] : column[i]) as number);
          apply(row).forEach((value, kind) => ((results[kind] as Float64Array)[i] = value));
        }
        results.forEach((values, kind) => (outputs[kind * tensors + t] = encodeReals(x.dtype, x.shape, values)));
      }
      return outputs;
    },
  };
}

function scalar(tensor: Tensor): number {
  return realsOf(tensor)[0] ?? 0;
}
