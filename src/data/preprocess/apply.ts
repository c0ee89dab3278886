import type { Tensor } from "../../ir/index.ts";
import { saturatingTensor } from "../tensor-cast.ts";
import type { PreprocessPlan } from "./plan.ts";
import type { Pixels } from "./resample.ts";
import { centreCrop, resample } from "./resample.ts";

/** Length of the shorter side in proportion to the crop where nothing else is asked for (ImageNet evaluation practice). */
const resizeToCrop = 256 / 224;

/** Resizes and crops to the plan's size. A picture too small for the crop is enlarged first. */
function fit(pixels: Pixels, plan: PreprocessPlan): Pixels {
  const { resize, crop } = plan;
  let current = pixels;
  if (typeof resize === "object") current = resample(current, resize.height, resize.width);
  else if (resize !== "off" && !(resize === "auto" && isSize(current, crop))) {
    const side = resize === "auto" ? Math.floor(Math.min(crop.height, crop.width) * resizeToCrop) : resize;
    current = shorterSideTo(current, side);
  }
  if (current.height < crop.height || current.width < crop.width) {
    const factor = Math.max(crop.height / current.height, crop.width / current.width);
    current = resample(current, Math.ceil(current.height * factor), Math.ceil(current.width * factor));
  }
  return centreCrop(current, crop.height, crop.width);
}

function isSize(pixels: Pixels, size: { readonly height: number; readonly width: number }): boolean {
  return pixels.height === size.height && pixels.width === size.width;
}

/** Keeps the proportions; the longer side is cut to a whole number as torchvision's Resize does. */
function shorterSideTo(pixels: Pixels, side: number): Pixels {
  const { height, width } = pixels;
  return height <= width
    ? resample(pixels, side, Math.trunc((side * width) / height))
    : resample(pixels, Math.trunc((side * height) / width), side);
}

/** Turns decoded pixels into the tensor the model takes: (pixel*scale - mean) / std in the plan's layout and order. */
export function preprocess(pixels: Pixels, plan: PreprocessPlan): Tensor {
  const { height, width, channels, data } = fit(pixels, plan);
  const out = new Float32Array(height * width * channels);
  const area = height * width;
  for (let c = 0; c < channels; c++) {
    const source = plan.order === "bgr" ? channels - 1 - c : c;
    const mean = plan.mean[c] as number;
    const std = plan.std[c] as number;
    const table = Float32Array.from({ length: 256 }, (_, pixel) => (pixel * plan.scale - mean) / std);
    if (plan.layout === "nchw")
      for (let i = 0; i < area; i++) out[c * area + i] = table[data[i * channels + source] as number] as number;
    else for (let i = 0; i < area; i++) out[i * channels + c] = table[data[i * channels + source] as number] as number;
  }
  return saturatingTensor(plan.dtype, plan.shape, out);
}
