import type { DType, StaticShape } from "../../ir/index.ts";
import { dataDiagnostics } from "../../diagnostics/codes/data.ts";
import { fail } from "../../diagnostics/index.ts";
import type { InputSpec } from "../dataset.ts";
import { takesNumbers } from "../tensor-cast.ts";
import type { PreprocessSpec, Size } from "./spec.ts";

/** A preprocessing spec with everything settled for one input of one model. */
export interface PreprocessPlan {
  readonly input: string;
  readonly dtype: DType;
  /** Shape of one sample, batch 1 included where the input has that axis. */
  readonly shape: StaticShape;
  readonly layout: "nchw" | "nhwc";
  readonly order: "rgb" | "bgr" | "gray";
  readonly crop: Size;
  /** Shorter side before the crop, an exact size, or off; auto leaves pictures alone that have the crop's size already. */
  readonly resize: PreprocessSpec["resize"];
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

const channelCounts: ReadonlySet<unknown> = new Set([1, 3]);

/** Settles a spec for the input that takes the pictures; throws IO0411 where the input is no picture. */
export function planPreprocess(spec: PreprocessSpec, inputs: readonly InputSpec[]): PreprocessPlan {
  const refuse = (detail: string): never => fail(dataDiagnostics.noImageInput({ detail }));
  const [input, second] = inputs;
  if (input === undefined) return refuse("it has no input");
  if (second !== undefined) return refuse(`it has the inputs ${inputs.map((i) => i.name).join(", ")}`);
  if (input.type?.kind !== "tensor" || input.type.shape === undefined)
    return refuse(`the shape of "${input.name}" is unknown`);
  const { shape, dtype } = input.type;
  if (!takesNumbers(dtype)) return refuse(`"${input.name}" takes ${dtype}`);
  if (shape.length !== 3 && shape.length !== 4) return refuse(`"${input.name}" has ${shape.length} axes`);
  const image = shape.slice(-3);
  const guess = channelCounts.has(image[0]) ? "nchw" : channelCounts.has(image[2]) ? "nhwc" : undefined;
  const layout = spec.layout === "auto" ? guess : spec.layout;
  if (layout === undefined) return refuse(`no axis of "${input.name}" has 1 or 3 channels`);
  const [c, h, w] = layout === "nchw" ? image : [image[2], image[0], image[1]];
  const channels = typeof c === "number" ? c : spec.order === "gray" ? 1 : 3;
  if (!channelCounts.has(channels)) return refuse(`"${input.name}" has ${channels} channels`);
  const order = spec.order === "auto" ? (channels === 1 ? "gray" : "rgb") : spec.order;
  if ((order === "gray") !== (channels === 1))
    return refuse(`"${input.name}" has ${channels} channels, order=${order} does not fit`);
  const crop = typeof spec.crop === "object" ? spec.crop : { height: h, width: w };
  if (typeof crop.height !== "number" || typeof crop.width !== "number")
    return refuse(`height and width of "${input.name}" are free; give crop=HxW`);
  if ((typeof h === "number" && h !== crop.height) || (typeof w === "number" && w !== crop.width))
    return refuse(`"${input.name}" takes ${String(h)}x${String(w)} pixels, the crop is ${crop.height}x${crop.width}`);
  const size: Size = { height: crop.height, width: crop.width };
  const sampleShape = layout === "nchw" ? [channels, size.height, size.width] : [size.height, size.width, channels];
  const perChannel = (key: "mean" | "std"): readonly number[] => {
    const list = spec[key];
    if (list.length === channels) return list;
    if (list.length === 1) return Array.from({ length: channels }, () => list[0] as number);
    return refuse(`${key} has ${list.length} numbers for ${channels} channels`);
  };
  return {
    input: input.name,
    dtype,
    shape: shape.length === 4 ? [1, ...sampleShape] : sampleShape,
    layout,
    order,
    crop: size,
    resize: spec.resize,
    scale: spec.scale,
    mean: perChannel("mean"),
    std: perChannel("std"),
  };
}
