import { intAttr } from "../../../ir/index.ts";
import { axisView, encodeReals, normalizeAxis, scalarsOf, takeElements } from "../../numeric.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** TopK: the k greatest (or least) elements along an axis and their positions; among equals the lower position first. */
export const topK: ReferenceOp = {
  domain: "",
  name: "TopK",
  run: (call) => {
    const x = tensorInput(call, 0);
    const axis = normalizeAxis(intAttr(call.node, "axis", -1), x.shape.length);
    const wanted = integersInput(call, 1)?.[0] ?? intAttr(call.node, "k", 1);
    const sign = intAttr(call.node, "largest", 1) === 1 ? -1 : 1;
    const { outer, length, inner } = axisView(x.shape, axis);
    const k = Math.min(wanted, length);
    const values = scalarsOf(x);
    const shape = x.shape.map((dim, i) => (i === axis ? k : dim));
    const sources = new Int32Array(outer * k * inner);
    const positions = new Float64Array(sources.length);
    for (let line = 0; line < outer * inner; line++) {
      const [o, i] = [Math.floor(line / inner), line % inner];
      const at = (n: number): number => (o * length + n) * inner + i;
      const order = Array.from({ length }, (_, n) => n).sort((a, b) => {
        const [p, q] = [values[at(a)] as number, values[at(b)] as number];
        return p === q ? a - b : p < q ? -sign : sign;
      });
      for (let n = 0; n < k; n++) {
        sources[(o * k + n) * inner + i] = at(order[n] as number);
        positions[(o * k + n) * inner + i] = order[n] as number;
      }
    }
    return [takeElements(x, shape, sources), encodeReals("int64", shape, positions)];
  },
};
