export type { DecodeOptions, LoadedModel } from "./file/load-model.ts";
export { decodeModel, loadModel } from "./file/load-model.ts";
export { readFully } from "./file/read-fully.ts";
export type { EncodeOptions, SaveOptions, SavedModel } from "./file/save-model.ts";
export { encodeModel, saveModel, savedBytes } from "./file/save-model.ts";
export type { ValueInfoPolicy } from "./export/export-graph.ts";
export { requireValueInfo } from "./origin.ts";
export type { ExternalFile } from "./tensor/external-tensor.ts";
export { ExternalTensor } from "./tensor/external-tensor.ts";
export {
  encodeValueFile,
  readOptionalFile,
  readSequenceFile,
  readTensorFile,
  readValueFile,
} from "./file/value-file.ts";
