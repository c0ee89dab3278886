import type { RuntimeValue } from "../../../ir/index.ts";
import { graphAttr, isTensor } from "../../../ir/index.ts";
import { sequenceInput, valueInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { sequenceOf } from "./sequence-of.ts";

/** SequenceMap: runs the body for each element of the first sequence; other sequences go along, tensors stay the same. */
export const sequenceMap: ReferenceOp = {
  domain: "",
  name: "SequenceMap",
  run(call) {
    const body = graphAttr(call.node, "body");
    if (body === undefined) throw new TypeError("SequenceMap: no body");
    const inputs = call.inputs.map((_, i) => valueInput(call, i));
    const { items } = sequenceInput(call, 0);
    const results = items.map((_, i) =>
      call.runGraph(
        body,
        inputs.map((input) => elementOf(input, i)),
      ),
    );
    return body.outputs.map((declared, o) =>
      sequenceOf(
        results.map((result) => result[o] as RuntimeValue),
        declared.type,
      ),
    );
  },
};

function elementOf(input: RuntimeValue, index: number): RuntimeValue {
  if (isTensor(input) || input.kind !== "sequence") return input;
  const item = input.items[index];
  if (item === undefined)
    throw new RangeError(`SequenceMap: a sequence of ${input.items.length} elements is too short`);
  return item;
}
