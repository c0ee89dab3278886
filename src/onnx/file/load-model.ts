import { realpath } from "node:fs/promises";
import { dirname } from "node:path";
import type { Model } from "../../ir/index.ts";
import { decodeMessage } from "../codec/decode-message.ts";
import { importModel } from "../import/import-model.ts";
import { modelProto } from "../proto/model.ts";
import { externalFilesIn } from "../tensor/external-files.ts";
import type { ExternalFile } from "../tensor/external-tensor.ts";
import { readFileWhole } from "./read-file.ts";
import { refuseOtherFormats } from "./sniff.ts";

/** A model and the files it came from. */
export interface LoadedModel {
  readonly model: Model;
  /** Path as given. */
  readonly path: string;
  /** Bytes of the model file, without its data files. */
  readonly bytes: number;
  /** The data files that hold weights of the model. */
  readonly externalFiles: readonly ExternalFile[];
}

/**
 * Loads a model. Weights in data files stay there until they are read; those in the model file are views into one
 * array. Throws InferOptError (IO01xx) for a file that is no model, damaged, or names data outside of its folder.
 */
export async function loadModel(path: string): Promise<LoadedModel> {
  const bytes = await readFileWhole(path);
  const file = await realpath(path);
  const files = externalFilesIn(dirname(path));
  const model = importModel(decodeMessage(modelProto, bytes, path), files, file);
  return { model, path, bytes: bytes.byteLength, externalFiles: [...files.found.values()] };
}

/** How a model in memory is read. */
export interface DecodeOptions {
  /** Folder in which external data lies; without it, external data is refused. */
  readonly folder?: string;
}

/** Makes a model of the bytes of a model file, which must not change afterwards: inline weights are views into them. */
export function decodeModel(bytes: Uint8Array, { folder }: DecodeOptions = {}): Model {
  refuseOtherFormats(bytes.subarray(0, 1024), "the model");
  const files = folder === undefined ? undefined : externalFilesIn(folder);
  return importModel(decodeMessage(modelProto, bytes), files);
}
