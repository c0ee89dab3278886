import type { RuntimeValue } from "../../../ir/index.ts";
import { graphAttr, int64Tensor, isTensor, tensorFromNumbers } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { integersInput, optionalTensorInput, valueInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { scanOutput } from "./scan-output.ts";

/**
 * Loop: runs its body until the trip count is reached or the condition fails; either may be absent. Carried values may be
 * tensors, sequences or optionals; further outputs of the body are stacked along a new first axis.
 */
export const loop: ReferenceOp = {
  domain: "",
  name: "Loop",
  run(call) {
    const body = graphAttr(call.node, "body");
    if (body === undefined) throw new TypeError("Loop: no body");
    const trips = integersInput(call, 0)?.[0] ?? Infinity;
    const given = optionalTensorInput(call, 1);
    let goesOn = given === undefined || realsOf(given)[0] !== 0;
    let carried: readonly RuntimeValue[] = call.inputs.slice(2).map((_, i) => valueInput(call, i + 2));
    const collected: RuntimeValue[][] = body.outputs.slice(1 + carried.length).map(() => []);
    for (let trip = 0; trip < trips && goesOn; trip++) {
      const results = call.runGraph(body, [int64Tensor([trip], []), tensorFromNumbers("bool", [], [1]), ...carried]);
      const [condition] = results;
      if (!isTensor(condition)) throw new TypeError("Loop: the condition is not a tensor");
      // Without a condition to start with, the one the body computes has no say.
      if (given !== undefined) goesOn = realsOf(condition)[0] !== 0;
      carried = results.slice(1, 1 + carried.length);
      collected.forEach((list, i) => list.push(results[1 + carried.length + i] as RuntimeValue));
    }
    const first = 1 + carried.length;
    return [...carried, ...collected.map((list, i) => scanOutput(list, body.outputs[first + i], 0))];
  },
};
