import { dataDiagnostics } from "../../diagnostics/codes/data.ts";
import { fail } from "../../diagnostics/index.ts";
import { nearestName } from "../../diagnostics/nearest-name.ts";

/** Height and width in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** How a picture becomes a tensor. Plain data; out = (pixel*scale - mean) / std with pixels 0..255. */
export interface PreprocessSpec {
  /** Length of the shorter side before the crop, an exact size, off, or auto: 256/224 of the crop's side. */
  readonly resize: number | Size | "off" | "auto";
  /** The centre crop; auto takes the input's height and width. */
  readonly crop: Size | "off" | "auto";
  /** Order of the axes; auto reads it from the input's shape. */
  readonly layout: "nchw" | "nhwc" | "auto";
  /** Order of the channels; auto is rgb for three channels and gray for one. */
  readonly order: "rgb" | "bgr" | "gray" | "auto";
  readonly scale: number;
  /** One number, or one per channel in the order of the output. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Added to each label; auto is 1 for models with 1001 outputs on data of at most 1000 classes (index 0 is background). */
  readonly labelOffset: number | "auto";
}

const plain: PreprocessSpec = {
  resize: "auto",
  crop: "auto",
  layout: "auto",
  order: "auto",
  scale: 1,
  mean: [0],
  std: [1],
  labelOffset: "auto",
};

/** Presets by name, each as the training code of that family does it. */
export const preprocessPresets: Readonly<Record<string, PreprocessSpec>> = {
  none: plain,
  "imagenet-torchvision": { ...plain, scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  tensorflow: { ...plain, scale: 1 / 127.5, mean: [1] },
  "caffe-bgr": { ...plain, order: "bgr", mean: [103.94, 116.78, 123.68] },
};

type Setting = Partial<PreprocessSpec> | string;

function numberOf(text: string): number | undefined {
  const fraction = /^([^/]+)\/([^/]+)$/.exec(text);
  const value = fraction === null ? Number(text) : Number(fraction[1]) / Number(fraction[2]);
  return text.trim() !== "" && Number.isFinite(value) ? value : undefined;
}

/** Pixels on a side: more than any camera gives, few enough to be held in memory. */
const LONGEST_SIDE = 16_384;

function sizeOf(text: string): Size | undefined {
  const match = /^(\d+)(?:x(\d+))?$/.exec(text);
  const height = Number(match?.[1]);
  const width = Number(match?.[2] ?? match?.[1]);
  const isSide = (pixels: number): boolean => pixels > 0 && pixels <= LONGEST_SIDE;
  return match !== null && isSide(height) && isSide(width) ? { height, width } : undefined;
}

function listOf(text: string): readonly number[] | undefined {
  const numbers = text.split(":").map(numberOf);
  return numbers.every((n) => n !== undefined) ? numbers : undefined;
}

function oneOf<T extends string>(text: string, allowed: readonly T[]): T | undefined {
  return allowed.find((value) => value === text);
}

/** Each key with its reader: what it sets, or what is wrong with the value. */
const settings: Readonly<Record<string, (value: string) => Setting>> = {
  resize: (value) => {
    const word = oneOf(value, ["off", "auto"]);
    if (word !== undefined) return { resize: word };
    const size = sizeOf(value);
    if (size === undefined) return `resize takes a number, HxW (at most ${LONGEST_SIDE}), off or auto`;
    return { resize: value.includes("x") ? size : size.height };
  },
  crop: (value) => {
    const crop = oneOf(value, ["off", "auto"]) ?? sizeOf(value);
    return crop === undefined ? `crop takes a number, HxW (at most ${LONGEST_SIDE}), off or auto` : { crop };
  },
  layout: (value) => {
    const layout = oneOf(value, ["nchw", "nhwc", "auto"]);
    return layout === undefined ? "layout takes nchw, nhwc or auto" : { layout };
  },
  order: (value) => {
    const order = oneOf(value, ["rgb", "bgr", "gray", "auto"]);
    return order === undefined ? "order takes rgb, bgr, gray or auto" : { order };
  },
  scale: (value) => {
    const scale = numberOf(value);
    return scale === undefined || scale === 0 ? "scale takes a non-zero number or a fraction such as 1/255" : { scale };
  },
  mean: (value) => {
    const mean = listOf(value);
    return mean === undefined ? "mean takes numbers separated by colons" : { mean };
  },
  std: (value) => {
    const std = listOf(value);
    return std === undefined || std.includes(0) ? "std takes non-zero numbers separated by colons" : { std };
  },
  "label-offset": (value) => {
    const labelOffset = value === "auto" ? "auto" : numberOf(value);
    return labelOffset === undefined || (labelOffset !== "auto" && !Number.isSafeInteger(labelOffset))
      ? "label-offset takes a whole number or auto"
      : { labelOffset };
  },
};

/** The entry of a table under a name that the user wrote: what every object inherits is none. */
function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Reads `PRESET[,key=value...]` or `key=value,...`; throws IO0410. The empty text is the preset `none`. */
export function parsePreprocess(text: string): PreprocessSpec {
  let spec = plain;
  const parts = text === "" ? [] : text.split(",").map((part) => part.trim());
  parts.forEach((part, index) => {
    const equals = part.indexOf("=");
    if (equals < 0) {
      const preset = index === 0 ? entryOf(preprocessPresets, part) : undefined;
      if (preset === undefined)
        fail(
          dataDiagnostics.badPreprocess({
            spec: text,
            detail: index === 0 ? `unknown preset "${part}"` : `"${part}" is no key=value pair`,
            nearest: nearestName(part, index === 0 ? Object.keys(preprocessPresets) : Object.keys(settings)),
          }),
        );
      spec = preset;
      return;
    }
    const key = part.slice(0, equals);
    const setting = entryOf(settings, key);
    if (setting === undefined)
      fail(
        dataDiagnostics.badPreprocess({
          spec: text,
          detail: `unknown key "${key}"`,
          nearest: nearestName(key, Object.keys(settings)),
        }),
      );
    const set = setting(part.slice(equals + 1));
    if (typeof set === "string") fail(dataDiagnostics.badPreprocess({ spec: text, detail: set }));
    spec = { ...spec, ...set };
  });
  return spec;
}
