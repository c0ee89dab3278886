import { rm, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Model } from "../../ir/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";
import type { EncodedMessage } from "../codec/encode-message.ts";
import { blockBytes, blocksOf, encodeMessage, joinParts } from "../codec/encode-message.ts";
import type { ValueInfoPolicy } from "../export/export-graph.ts";
import { exportModel } from "../export/export-model.ts";
import type { Placer } from "../export/export-tensor.ts";
import type { ExternalLayout, ExternalPlan, PlacedTensor } from "../export/place-external.ts";
import { planExternal } from "../export/place-external.ts";
import { placeReferences } from "../export/place-references.ts";
import { modelOrigin } from "../origin.ts";
import { modelProto } from "../proto/model.ts";
import { protobufLimit } from "./read-file.ts";
import { writeAside } from "./write-aside.ts";
import type { AsideFile } from "./write-aside.ts";

/** How a model is written. */
export interface SaveOptions extends Partial<ExternalLayout> {
  /** "auto" writes a data file when the model file alone would exceed `threshold`. */
  readonly externalData?: "auto" | "always" | "never";
  /** Bytes; 1.5 GB unless given. */
  readonly threshold?: number;
  readonly valueInfo?: ValueInfoPolicy;
  readonly signal?: AbortSignal;
}

/** The files that were written. */
export interface SavedModel {
  readonly path: string;
  readonly bytes: number;
  readonly dataPath: string | undefined;
  readonly dataBytes: number;
}

/**
 * Writes a model, weights streamed in blocks. Files are written aside and take their names when they are complete; an
 * older model of that name disappears before its data file is replaced. Never writes over a file the model reads.
 */
export async function saveModel(model: Model, path: string, options: SaveOptions = {}): Promise<SavedModel> {
  const dataPath = `${path}.data`;
  const { encoded, plan } = layOut(model, basename(dataPath), options);
  await refuseInputs(model, plan === undefined ? [path] : [path, dataPath]);
  let data: AsideFile | undefined;
  let main: AsideFile | undefined;
  try {
    if (plan !== undefined) data = await writeAside(dataPath, dataBlocks(plan.placed), options.signal);
    main = await writeAside(path, blocksOf(encoded), options.signal);
    if (data !== undefined) {
      await rm(path, { force: true });
      await data.publish();
    }
    await main.publish();
  } finally {
    await data?.discard();
    await main?.discard();
  }
  return {
    path,
    bytes: main.bytes,
    dataPath: data === undefined ? undefined : dataPath,
    dataBytes: data?.bytes ?? 0,
  };
}

/** The bytes that `saveModel` would write, model file and data file together, without reading a weight. */
export function savedBytes(model: Model, options: SaveOptions = {}): number {
  const { encoded, plan } = layOut(model, "model.onnx.data", options);
  const last = plan?.placed.at(-1);
  return encoded.byteLength + (last === undefined ? 0 : last.offset + last.tensor.byteLength);
}

interface LaidOut {
  readonly encoded: EncodedMessage;
  readonly plan: ExternalPlan | undefined;
}

function layOut(model: Model, location: string, options: SaveOptions): LaidOut {
  const { externalData = "auto", threshold = 1.5e9, smallTensorBytes = 1024, alignment = 4096 } = options;
  const encode = (place: Placer): EncodedMessage =>
    encodeMessage(modelProto, exportModel(model, { valueInfo: options.valueInfo, place }));
  if (externalData !== "always") {
    const encoded = encode(() => "inline");
    const limit = externalData === "auto" ? Math.min(threshold, protobufLimit) : protobufLimit;
    if (encoded.byteLength <= limit) return { encoded, plan: undefined };
    if (externalData === "never") fail(onnxDiagnostics.tooLargeToWrite({ bytes: encoded.byteLength }));
  }
  const plan = planExternal(location, { smallTensorBytes, alignment });
  const encoded = encode(plan.place);
  if (encoded.byteLength > protobufLimit) fail(onnxDiagnostics.tooLargeToWrite({ bytes: encoded.byteLength }));
  return { encoded, plan: plan.placed.length === 0 ? undefined : plan };
}

function* dataBlocks(placed: readonly PlacedTensor[]): Iterable<Uint8Array> {
  let end = 0;
  for (const { tensor, offset } of placed) {
    if (offset > end) yield new Uint8Array(offset - end);
    for (let at = 0; at < tensor.byteLength; at += blockBytes)
      yield tensor.read(at, Math.min(blockBytes, tensor.byteLength - at));
    end = offset + tensor.byteLength;
  }
}

/** Files are compared by device and inode, so that links and spellings make no difference. */
async function refuseInputs(model: Model, outputs: readonly string[]): Promise<void> {
  const inputs = modelOrigin(model)?.files ?? [];
  for (const output of outputs) {
    const facts = await stat(output).catch(() => undefined);
    if (facts === undefined) continue;
    if (!facts.isFile())
      fail(onnxDiagnostics.unwritable({ path: output, detail: "not a plain file" }, { file: output }));
    for (const input of inputs) {
      const other = await stat(input).catch(() => undefined);
      if (other !== undefined && other.dev === facts.dev && other.ino === facts.ino)
        fail(onnxDiagnostics.overwritesInput({ path: output }, { file: output }));
    }
  }
}

/** How a model is encoded in memory. */
export interface EncodeOptions {
  readonly valueInfo?: ValueInfoPolicy;
  /**
   * Folder to name existing data files relative to: weights that lie in it or below stay there. Without it all weights
   * go into the bytes.
   */
  readonly referencesFrom?: string;
}

/** The bytes of a model file; a model beyond 2 GiB of inline content throws InferOptError. */
export function encodeModel(model: Model, { valueInfo, referencesFrom }: EncodeOptions = {}): Uint8Array {
  const place = referencesFrom === undefined ? undefined : placeReferences(referencesFrom);
  const encoded = encodeMessage(modelProto, exportModel(model, { valueInfo, place }));
  if (encoded.byteLength > protobufLimit) fail(onnxDiagnostics.tooLargeToWrite({ bytes: encoded.byteLength }));
  return joinParts(encoded);
}
