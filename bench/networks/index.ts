import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Model } from "../../src/ir/index.ts";
import { saveModel } from "../../src/onnx/index.ts";
import { efficientNetB0, mobileNetV2, resNet50 } from "./convolutional.ts";
import { bertBase, encoder, miniLM } from "./encoder.ts";

/** Networks whose weights are drawn from a seed: the shapes that everyone publishes figures for. */
const generatedNetworks: Readonly<Record<string, (seed: number) => Model>> = {
  resnet50: resNet50,
  "mobilenet-v2": mobileNetV2,
  "efficientnet-b0": efficientNetB0,
  "bert-base": (seed) => encoder(bertBase, seed),
  minilm: (seed) => encoder(miniLM, seed),
};

/** Writes a generated network to `folder` and gives its path. */
export async function writeNetwork(name: string, folder: string, seed = 1): Promise<string> {
  const make = generatedNetworks[name];
  if (make === undefined)
    throw new Error(`no network "${name}"; there are ${Object.keys(generatedNetworks).join(", ")}`);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.onnx`);
  await saveModel(make(seed), path);
  return path;
}
