import { graphAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** If: the outputs of the branch that the condition chooses. */
export const ifOp: ReferenceOp = {
  domain: "",
  name: "If",
  run(call) {
    const [condition] = realsOf(tensorInput(call, 0));
    const name = condition === 0 ? "else_branch" : "then_branch";
    const branch = graphAttr(call.node, name);
    if (branch === undefined) throw new TypeError(`If: no ${name}`);
    return call.runGraph(branch, []);
  },
};
