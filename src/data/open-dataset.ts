import { dataDiagnostics } from "../diagnostics/codes/data.ts";
import { fail } from "../diagnostics/index.ts";
import type { Dataset, InputSpec } from "./dataset.ts";
import { kindOfPath } from "./files.ts";
import { isImageFolder, openImageFolder } from "./image-folder.ts";
import { openJsonLines } from "./json-lines.ts";
import { openNumpy } from "./numpy/dataset.ts";
import type { PreprocessSpec } from "./preprocess/spec.ts";
import { isTestDataFolder, openTestData } from "./test-data.ts";

/** What opening data takes besides the path. */
export interface OpenDatasetOptions {
  /** How pictures become tensors; arrays are fed as they are. */
  readonly preprocess: PreprocessSpec;
  /** Number of classes of the model's output where known (label offset of pictures). */
  readonly classes?: number | undefined;
}

/**
 * Opens data of any kind for a model's inputs, recognised by its name and content: .npy, .npz, .jsonl, a folder of
 * test_data_set_N, a folder of pictures. Throws InferOptError with IO04xx.
 */
export async function openDataset(
  path: string,
  inputs: readonly InputSpec[],
  options: OpenDatasetOptions,
): Promise<Dataset> {
  const kind = await kindOfPath(path);
  if (kind === "file") {
    const name = path.toLowerCase();
    if (name.endsWith(".npy") || name.endsWith(".npz")) return openNumpy(path, inputs);
    if (name.endsWith(".jsonl")) return openJsonLines(path, inputs);
  }
  if (kind === "folder") {
    if (await isTestDataFolder(path)) return openTestData(path, inputs);
    if (await isImageFolder(path)) return openImageFolder(path, inputs, options);
  }
  return fail(dataDiagnostics.unknownKind({ path }, { file: path }));
}
