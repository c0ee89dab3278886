import { floatsAttr, stringAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { linearFilter } from "./resample.ts";
import { coordinateMaps } from "./resize-coordinates.ts";
import { scaledLengths } from "./resize-geometry.ts";
import type { ResizePlan } from "./resize.ts";
import { interpolate, nearest } from "./resize.ts";

/** Upsample (before opset 10): Resize with asymmetric coordinates; scales are an attribute in opset 7, an input in 9. */
export const upsample: ReferenceOp = {
  domain: "",
  name: "Upsample",
  run(call) {
    const x = tensorInput(call, 0);
    const input = optionalTensorInput(call, 1);
    const scales = input === undefined ? floatsAttr(call.node, "scales") : realsOf(input);
    if (scales?.length !== x.shape.length) throw new RangeError(`Upsample: no scales for ${x.shape.length} axes`);
    const extents = scaledLengths(x.shape, scales);
    const axes = x.shape.map((length, i) => ({
      input: length,
      output: length,
      scale: 1,
      roi: [0, 1] as const,
      ...extents[i],
    }));
    const plan: ResizePlan = { axes, toInput: coordinateMaps["asymmetric"] ?? ((k) => k), crops: false };
    if (stringAttr(call.node, "mode", "nearest") === "nearest") return [nearest(x, plan, Math.floor, 0)];
    return [interpolate(x, plan, { ...linearFilter, antialias: false, excludeOutside: false }, 0)];
  },
};
