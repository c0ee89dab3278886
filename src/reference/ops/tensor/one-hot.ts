import { intAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { stridedIndices, stridesOf } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** OneHot: `on` at the index along a new axis, `off` elsewhere; an index outside [-depth, depth) gives a row of `off`. */
export const oneHot: ReferenceOp = {
  domain: "",
  name: "OneHot",
  run(call) {
    const indices = tensorInput(call, 0);
    const depth = Math.trunc(realsOf(tensorInput(call, 1))[0] as number);
    const rank = indices.shape.length + 1;
    const named = intAttr(call.node, "axis", -1);
    const axis = named < 0 ? named + rank : named;
    const shape = indices.shape.toSpliced(axis, 0, depth);
    const where = realsOf(indices).map((index) => (index < 0 ? Math.trunc(index) + depth : Math.trunc(index)));
    const source = stridedIndices(shape, stridesOf(indices.shape).toSpliced(axis, 0, 0));
    const level = stridedIndices(
      shape,
      shape.map((_, i) => (i === axis ? 1 : 0)),
    );
    const onOff = source.map((position, i) => (where[position] === level[i] ? 1 : 0));
    return [takeElements(tensorInput(call, 2), shape, onOff)];
  },
};
