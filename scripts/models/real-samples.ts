import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { writeNumpy } from "./numpy.ts";

/** Real samples of one model: where they lie and how they become tensors. */
export interface RealSamples {
  readonly calibData: string;
  readonly preprocess: string;
}

/** Pictures by the model's file name (without .onnx): the data folder and the preprocessing its accuracy was noted with. */
const pictures: Readonly<Record<string, readonly [folder: string, preprocess: string]>> = {
  squeezenet_fp32_from_winml: ["imagenet-sample", "caffe-bgr"],
  squeezenet_fp16_winml: ["imagenet-sample", "caffe-bgr"],
  "conv_mobilenet_v2_1.0_224_fp32_clean": ["imagenet-sample", "tensorflow"],
  "conv_mobilenet_v1_0.5_160_fp32_clean": ["imagenet-sample", "tensorflow"],
  conv_mobilenet_v2_tf2_int8qdq: ["imagenet-sample", "none"],
  conv_deeplabv3_mnv2_dm05_fp32_clean: ["imagenet-sample", "tensorflow"],
  light_resnet50: ["imagenet-sample", "imagenet-torchvision"],
  conv_mlperf_resnet8: ["cifar10-sample", "none"],
  vnn_resnet_4b: ["cifar10-sample", "scale=1/255,mean=0.4914:0.4822:0.4465,std=0.2471:0.2435:0.2616"],
  vnn_vit_pgd: ["cifar10-sample", "scale=1/255,mean=0.4914:0.4822:0.4465,std=0.2023:0.1994:0.201"],
  yolox_nano: ["imagenet-sample", "none"],
  fastestdet: ["imagenet-sample", "scale=1/255"],
  ultraface_rfb_320: ["imagenet-sample", "mean=127,std=128"],
  mobilefacenet: ["imagenet-sample", "mean=127.5,std=128"],
  ppocr_v3_det: ["imagenet-sample", "imagenet-torchvision,crop=320"],
  candy_style: ["imagenet-sample", "none"],
};

/** Handwritten digits: divisor of the 0..255 pixels, and mean and deviation after it. */
const digits: Readonly<Record<string, readonly [scale: number, mean: number, std: number]>> = {
  mnist_cntk: [1, 0, 1],
  mnist_quantized_conxr: [1, 0, 1],
  mnist: [255, 0.1307, 0.3081],
};

/** Speech: samples per window of the model's only waveform input. */
const speech: Readonly<Record<string, number>> = { oww_melspec: 16_000 };

/** The real samples of a model, made from the shared data; undefined where there are none. Arrays are written below `folder`. */
export function realSamples(name: string, data: string, folder: string): RealSamples | undefined {
  const picture = pictures[name];
  if (picture !== undefined) {
    const calibData = join(data, picture[0]);
    return existsSync(calibData) ? { calibData, preprocess: picture[1] } : undefined;
  }
  const digit = digits[name];
  if (digit !== undefined) return fromDigits(join(data, "mnist"), digit, join(folder, `${name}.npy`));
  if (name.startsWith("silero_vad")) return forSilero(join(data, "audio", "test.wav"), join(folder, `${name}.jsonl`));
  const window = speech[name];
  if (window !== undefined) return fromSpeech(join(data, "audio", "test.wav"), window, join(folder, `${name}.npy`));
  return undefined;
}

function fromDigits(
  folder: string,
  [scale, mean, std]: readonly [number, number, number],
  file: string,
): RealSamples | undefined {
  const source = ["t10k-images-idx3-ubyte.gz", "t10k-images.idx3-ubyte.gz"]
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
  if (source === undefined) return undefined;
  const pixels = gunzipSync(readFileSync(source)).subarray(16, 16 + 100 * 784);
  writeNumpy(
    file,
    [100, 1, 28, 28],
    Float32Array.from(pixels, (pixel) => (pixel / scale - mean) / std),
  );
  return { calibData: file, preprocess: "none" };
}

function fromSpeech(wav: string, window: number, file: string): RealSamples | undefined {
  if (!existsSync(wav)) return undefined;
  const bytes = readFileSync(wav).subarray(44);
  const count = Math.min(32, Math.floor(bytes.length / 2 / window));
  const samples = Float32Array.from({ length: count * window }, (_, i) => bytes.readInt16LE(2 * i));
  writeNumpy(file, [count, window], samples);
  return { calibData: file, preprocess: "none" };
}

/** Windows of speech with an empty state, as the voice-activity models take them; the rate is ignored by those without it. */
function forSilero(wav: string, file: string): RealSamples | undefined {
  if (!existsSync(wav)) return undefined;
  const bytes = readFileSync(wav).subarray(44);
  const window = 576;
  const state = { shape: [2, 1, 128], data: Array.from({ length: 256 }, () => 0) };
  const withRate = file.endsWith("silero_vad_v5.jsonl") ? { sr: 16_000 } : {};
  const lines = Array.from({ length: 32 }, (_, k) => {
    const input = Array.from({ length: window }, (_x, i) => bytes.readInt16LE(2 * (16_000 * (k % 50) + i)) / 32_768);
    return JSON.stringify({ input: [input], state, ...withRate });
  });
  writeFileSync(file, `${lines.join("\n")}\n`);
  return { calibData: file, preprocess: "none" };
}
