import { intAttr, stringAttr } from "../../../ir/index.ts";
import { integersOf } from "../../numeric/decode.ts";
import { normalizeAxis } from "../../numeric/shape.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import { elementPositions } from "./element-positions.ts";
import { scattered } from "./scattered.ts";

/** ScatterElements: puts each update where its index says along `axis`; reductions since opset 16. */
export const scatterElements: ReferenceOp = { domain: "", name: "ScatterElements", run };

/** Scatter: the name of ScatterElements before opset 11. */
export const scatter: ReferenceOp = { domain: "", name: "Scatter", run };

function run(call: OpCall): ReturnType<ReferenceOp["run"]> {
  const data = tensorInput(call, 0);
  const indices = tensorInput(call, 1);
  const axis = normalizeAxis(intAttr(call.node, "axis", 0), data.shape.length);
  const positions = elementPositions(data.shape, indices.shape, integersOf(indices), axis);
  return [scattered(data, positions, tensorInput(call, 2), stringAttr(call.node, "reduction", "none"))];
}
