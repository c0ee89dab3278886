import type { InputKind } from "./pictures.ts";

/** What a network mainly consists of; figures are asked for by kind. */
export type Family = "convolutions" | "light convolutions" | "transformer";

/** One network of the comparison. */
export interface BenchModel {
  readonly name: string;
  readonly family: Family;
  /** File among the shared models, without .onnx; undefined for one that is generated. */
  readonly shared: string | undefined;
  /** The shape of the only input. */
  readonly shape: readonly number[];
  /** The shape is pinned in the file, which leaves more open than the batch. */
  readonly isPinned?: boolean;
  readonly input: InputKind;
}

/** Ranges of values that pictures take after the preprocessing networks were trained with. */
const bytes = { low: 0, high: 255 };
const signedUnit = { low: -1, high: 1 };
const normalized = { low: -2.1, high: 2.6 };
const meanRemoved = { low: -124, high: 151 };

const picture224 = [1, 3, 224, 224];
const [net, light, transformer] = ["convolutions", "light convolutions", "transformer"] as const;

const shared = (
  name: string,
  family: Family,
  file: string,
  shape: readonly number[],
  input: InputKind,
  isPinned = false,
): BenchModel => ({ name, family, shared: file, shape, input, isPinned });

const generated = (name: string, family: Family, shape: readonly number[], input: InputKind): BenchModel => ({
  ...{ name, family, shape, input },
  shared: undefined,
});

/** The networks of `npm run bench:cpu`. "light": SiLU, squeeze-excite, depthwise convolutions, resizes. */
export const benchModels: readonly BenchModel[] = [
  shared("squeezenet", net, "squeezenet_fp32_from_winml", picture224, meanRemoved),
  shared("mobilenet-v1-0.5", light, "conv_mobilenet_v1_0.5_160_fp32_clean", [1, 160, 160, 3], signedUnit),
  shared("mobilenet-v2-tf", light, "conv_mobilenet_v2_1.0_224_fp32_clean", [1, 224, 224, 3], signedUnit),
  shared("yolox-nano", light, "yolox_nano", [1, 3, 416, 416], bytes),
  shared("ppocr-det", light, "ppocr_v3_det", [1, 3, 320, 320], normalized, true),
  shared("ultraface", light, "ultraface_rfb_320", [1, 3, 240, 320], signedUnit),
  shared("mobilefacenet", light, "mobilefacenet", [1, 3, 112, 112], signedUnit),
  shared("deeplab", light, "conv_deeplabv3_mnv2_dm05_fp32_clean", [1, 513, 513, 3], signedUnit),
  shared("resnet8", net, "conv_mlperf_resnet8", [1, 32, 32, 3], bytes),
  shared("vit-pgd", transformer, "vnn_vit_pgd", [1, 3, 32, 32], normalized),
  generated("resnet50", net, picture224, normalized),
  generated("mobilenet-v2", light, picture224, normalized),
  generated("efficientnet-b0", light, picture224, normalized),
  generated("bert-base", transformer, [1, 128, 768], "tokens"),
  generated("minilm", transformer, [1, 128, 384], "tokens"),
];
