import { intsAttr } from "../../../ir/index.ts";
import { normalizeAxis } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { tablePositions } from "./table-positions.ts";

/** CenterCropPad: crops, or pads with zero, each named axis about its centre; the odd element goes to the end. */
export const centerCropPad: ReferenceOp = {
  domain: "",
  name: "CenterCropPad",
  run(call) {
    const data = tensorInput(call, 0);
    const wanted = integersInput(call, 1) ?? [];
    const axes = intsAttr(call.node, "axes") ?? data.shape.map((_, axis) => axis);
    const tables = data.shape.map((dim) => Array.from({ length: dim }, (_, i) => i));
    axes.forEach((named, i) => {
      const axis = normalizeAxis(named, data.shape.length);
      const dim = data.shape[axis] as number;
      const length = wanted[i] as number;
      const shift = length < dim ? Math.floor((dim - length) / 2) : -Math.floor((length - dim) / 2);
      tables[axis] = Array.from({ length }, (_, at) => (at + shift < dim ? Math.max(-1, at + shift) : -1));
    });
    const shape = tables.map((table) => table.length);
    return [takeElements(data, shape, tablePositions(data.shape, tables))];
  },
};
