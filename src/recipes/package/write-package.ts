import { copyFileSync, mkdirSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import type { SessionAdvice } from "../../events.ts";
import { hashModel } from "../../ir/index.ts";
import type { Model } from "../../ir/index.ts";
import { loadModel, saveModel } from "../../onnx/index.ts";
import { nativeLibraryPath, whyNativeMissing } from "../../runtime/index.ts";
import { hasRegions } from "../regions/has-regions.ts";
import { requireFile, requireWritable } from "../paths.ts";
import { writeAtomically } from "../write-result.ts";
import { ortOptions, ortReadme } from "./ort-options.ts";
import { readLoadResultOf } from "./read-load-result.ts";
import { planServing } from "./serving.ts";
import { writeTextProto } from "./text-proto.ts";
import { takesBatches, tritonConfig } from "./triton-config.ts";

/** For whom a package is made. */
export type PackageKind = "triton" | "ort";

/** What a package is made from. */
export interface PackageSource {
  readonly model: string;
  /** The folder the package is written into, under the model's name. */
  readonly folder: string;
  /** A file of `bench --load --json` about this model. */
  readonly loadResult?: string | undefined;
  /** Session options that were found best for it. */
  readonly advice?: SessionAdvice | undefined;
  /** The folder of the repository as the server sees it; Triton's containers mount it at /models. */
  readonly served?: string | undefined;
}

/** What was written. */
export interface WrittenPackage {
  readonly folder: string;
  readonly files: readonly string[];
  /** What the user should know: what is not measured, what is missing. */
  readonly notes: readonly string[];
}

/**
 * Writes a model for a server: a model repository of Triton, or the model with session options of ONNX Runtime. Throws
 * IO0914 for a load result that does not fit, IO0904 for what Triton cannot name, IO0906 where it cannot be written.
 */
export async function writePackage(kind: PackageKind, source: PackageSource): Promise<WrittenPackage> {
  requireFile(source.model);
  requireWritable(source.folder);
  const { model } = await loadModel(source.model);
  const name = packageName(source.model);
  const load = source.loadResult === undefined ? undefined : readLoadResultOf(source.loadResult, hashModel(model));
  const serving = planServing(takesBatches(model), load, source.advice);
  const library = libraryFor(model);
  const folder = join(source.folder, name);
  const notes = [
    ...serving.notes,
    ...("missing" in library
      ? [`The host library is not in the package: ${library.missing}. Regions run as plain operators.`]
      : []),
  ];
  const files: string[] = [];
  const put = (file: string, text: string): void => {
    writeAtomically(join(folder, file), text);
    files.push(file);
  };
  const modelFile = kind === "triton" ? join("1", "model.onnx") : "model.onnx";
  files.push(...(await placeModel(model, folder, modelFile)));
  const libraryName = "file" in library ? basename(library.file) : undefined;
  if ("file" in library) files.push(placeFile(library.file, folder, basename(library.file)));
  if (kind === "triton") {
    const served = libraryName === undefined ? undefined : `${source.served ?? "/models"}/${name}/${libraryName}`;
    put(
      "config.pbtxt",
      writeTextProto(tritonConfig(name, model, serving, served), configComments(serving.notes, served)),
    );
  } else {
    put("session-options.json", `${JSON.stringify(ortOptions(serving, libraryName), null, 2)}\n`);
    put("README.md", ortReadme(name, libraryName));
  }
  return { folder, files, notes };
}

/** A name for folders and servers: the model's file without what this tool adds, and without odd characters. */
function packageName(model: string): string {
  const stem = basename(model, extname(model)).replace(/\.opt$/, "");
  return stem.replace(/[^A-Za-z0-9_.-]/g, "_");
}

function configComments(notes: readonly string[], library: string | undefined): readonly string[] {
  return [
    "Model configuration for Triton Inference Server, ONNX Runtime backend.",
    ...notes,
    ...(library === undefined
      ? []
      : [
          "The model has compiled regions. The library below runs them as machine code; without the field they run as plain",
          "operators. The path is that inside the server: change it where the repository is mounted elsewhere.",
        ]),
  ];
}

type Library = { readonly file: string } | { readonly missing: string } | { readonly unneeded: true };

function libraryFor(model: Model): Library {
  if (!hasRegions(model)) return { unneeded: true };
  const file = nativeLibraryPath();
  const missing = whyNativeMissing(file, { ignoreSwitch: true });
  return missing === undefined ? { file } : { missing };
}

/** The model with its external data beside it, whatever its own files are called. */
async function placeModel(model: Model, folder: string, file: string): Promise<readonly string[]> {
  const path = join(folder, file);
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    fail(configDiagnostics.outputUnwritable({ path, detail: (error as Error).message }), error);
  }
  const saved = await saveModel(model, path);
  return saved.dataPath === undefined ? [file] : [file, `${file}.data`];
}

function placeFile(from: string, folder: string, name: string): string {
  const path = join(folder, name);
  try {
    mkdirSync(folder, { recursive: true });
    copyFileSync(from, path);
  } catch (error) {
    fail(configDiagnostics.outputUnwritable({ path, detail: (error as Error).message }), error);
  }
  return name;
}
