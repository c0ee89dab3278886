import { dtypeFromCode, intAttr, tensorType } from "../../../ir/index.ts";
import type { ReferenceOp } from "../../types.ts";
import { sequenceOf } from "./sequence-of.ts";

/** SequenceEmpty: no tensors, of the element type named (float32 without). */
export const sequenceEmpty: ReferenceOp = {
  domain: "",
  name: "SequenceEmpty",
  run: (call) => [sequenceOf([], tensorType(dtypeFromCode(intAttr(call.node, "dtype", 1)) ?? "float32"))],
};
