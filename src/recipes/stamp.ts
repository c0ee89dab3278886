import type { CompileOptions } from "../config/index.ts";
import type { Model } from "../ir/index.ts";
import { Graph, modelAround, NameScope } from "../ir/index.ts";
import { savedBytes } from "../onnx/index.ts";
import { version } from "../version.ts";
import { configHash } from "./config-hash.ts";
import type { Form } from "./form.ts";

/** What every written form but the original says of itself: by what it was made, for which target, with which options. */
function stampOf(options: CompileOptions): ReadonlyMap<string, string> {
  return new Map([
    ["infer-opt.version", version],
    ["infer-opt.target", options.target],
    ["infer-opt.config-hash", configHash(options)],
  ]);
}

/** Puts the stamp into a model's metadata. */
export function stampModel(model: Model, options: CompileOptions): void {
  for (const [key, value] of stampOf(options)) model.metadata.set(key, value);
}

/** Bytes of a form as it would be written: with the stamp, but for the original, which is copied. */
export function writtenBytes({ name, bytes, model }: Form, options: CompileOptions): number {
  if (name === "original") return bytes;
  return bytes + metadataBytes([...model.metadata, ...stampOf(options)]) - metadataBytes([...model.metadata]);
}

/** What metadata takes in a file, less what any empty model does. */
function metadataBytes(entries: readonly (readonly [string, string])[]): number {
  const empty = modelAround(new Graph("", new NameScope()), 17);
  for (const [key, value] of entries) empty.metadata.set(key, value);
  return savedBytes(empty);
}
