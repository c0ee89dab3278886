import { intAttr, stringAttr } from "../../../ir/index.ts";
import { axisView, normalizeAxis } from "../../numeric/shape.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { scattered } from "./scattered.ts";

/** TensorScatter: writes the update into a cache along `axis`, each batch entry from its own index; circular wraps. */
export const tensorScatter: ReferenceOp = {
  domain: "",
  name: "TensorScatter",
  run(call) {
    const cache = tensorInput(call, 0);
    const update = tensorInput(call, 1);
    const writeAt = integersInput(call, 2);
    const axis = normalizeAxis(intAttr(call.node, "axis", -2), cache.shape.length);
    const circular = stringAttr(call.node, "mode", "linear") === "circular";
    const into = axisView(cache.shape, axis);
    const { length } = axisView(update.shape, axis);
    const perBatch = into.outer / (cache.shape[0] as number);
    const positions = new Int32Array(into.outer * length * into.inner);
    let filled = 0;
    for (let o = 0; o < into.outer; o++) {
      const start = writeAt?.[Math.floor(o / perBatch)] ?? 0;
      for (let step = 0; step < length; step++) {
        const at = circular ? (start + step) % into.length : start + step;
        if (at < 0 || at >= into.length) throw new RangeError(`TensorScatter: row ${at} of ${into.length}`);
        for (let i = 0; i < into.inner; i++) positions[filled++] = (o * into.length + at) * into.inner + i;
      }
    }
    return [scattered(cache, positions, update, "none")];
  },
};
