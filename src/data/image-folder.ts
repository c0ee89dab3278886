import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { dataDiagnostics } from "../diagnostics/codes/data.ts";
import { fail } from "../diagnostics/index.ts";
import type { Dataset, InputSpec } from "./dataset.ts";
import { allPositions } from "./dataset.ts";
import { kindOfPath, sortedNames } from "./files.ts";
import { preprocess } from "./preprocess/apply.ts";
import { decodeImage, imageEndings } from "./preprocess/decode.ts";
import type { PreprocessPlan } from "./preprocess/plan.ts";
import { planPreprocess } from "./preprocess/plan.ts";
import type { PreprocessSpec } from "./preprocess/spec.ts";

/** One picture with its label, when it has one. */
interface Entry {
  readonly id: string;
  readonly label: number | undefined;
}

/** The pictures of a folder. */
interface Listing {
  readonly entries: readonly Entry[];
  /** Sub-folders that are classes; undefined where pictures lie in the folder itself. */
  readonly classes: number | undefined;
}

const labelsFile = "labels.json";

function isImage(name: string): boolean {
  return imageEndings.some((ending) => name.toLowerCase().endsWith(ending));
}

async function readLabels(folder: string): Promise<ReadonlyMap<string, number>> {
  const file = join(folder, labelsFile);
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    return fail(dataDiagnostics.badLabel({ source: file, detail: "not valid JSON" }, { file }), cause);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    return fail(dataDiagnostics.badLabel({ source: file, detail: "not an object of file name to class" }, { file }));
  const labels = new Map<string, number>();
  for (const [name, label] of Object.entries(parsed)) {
    if (typeof label !== "number" || !Number.isInteger(label) || label < 0)
      fail(
        dataDiagnostics.badLabel({ source: file, detail: `"${name}" has label ${JSON.stringify(label)}` }, { file }),
      );
    labels.set(name, label);
  }
  return labels;
}

/** Pictures of a folder: sub-folders are classes in alphabetical order; else labels come from `labels.json`, if any. */
async function listImages(folder: string): Promise<Listing> {
  const names = await sortedNames(folder);
  const images = names.filter(isImage);
  if (images.length > 0) {
    const labels = names.includes(labelsFile) ? await readLabels(folder) : new Map<string, number>();
    return { entries: images.map((id) => ({ id, label: labels.get(id) })), classes: undefined };
  }
  const entries: Entry[] = [];
  let label = 0;
  for (const name of names) {
    if (name.startsWith(".") || (await kindOfPath(join(folder, name))) !== "folder") continue;
    const inside = (await sortedNames(join(folder, name))).filter(isImage);
    if (inside.length === 0) continue;
    for (const image of inside) entries.push({ id: `${name}/${image}`, label });
    label++;
  }
  return { entries, classes: label };
}

/** True when a folder holds pictures, directly or one level down. */
export async function isImageFolder(folder: string): Promise<boolean> {
  return (await listImages(folder)).entries.length > 0;
}

/** What an image folder needs to know of the model. */
export interface ImageFolderOptions {
  readonly preprocess: PreprocessSpec;
  /** Number of classes of the model's output where known; settles the label offset `auto`. */
  readonly classes?: number | undefined;
}

/** The shift from labels to outputs: one for the 1001 classes of TensorFlow's ImageNet models, whose index 0 is background. */
function labelOffset(spec: PreprocessSpec, classes: number | undefined, entries: readonly Entry[]): number {
  if (spec.labelOffset !== "auto") return spec.labelOffset;
  return classes === 1001 && entries.every(({ label }) => label === undefined || label < 1000) ? 1 : 0;
}

/** What about the pictures may be meant otherwise: numbers that no preprocessing made, and classes numbered by their folders. */
function notesOf(plan: PreprocessPlan, folders: number | undefined, classes: number | undefined): readonly string[] {
  const { scale, mean, std } = plan;
  const isPlain = scale === 1 && mean.every((each) => each === 0) && std.every((each) => each === 1);
  const others = classes === undefined || folders === undefined || folders === classes ? undefined : classes;
  return [
    ...(isPlain
      ? ["pictures are fed as pixels from 0 to 255: --preprocess tells what else the model was trained on"]
      : []),
    // TensorFlow's class for the background has no folder.
    ...(others === undefined || (others === 1001 && folders === 1000)
      ? []
      : [
          `the ${folders} sub-folders are classes 0 to ${(folders ?? 0) - 1} in alphabetical order, and the model has ${others}: where it numbers them otherwise, put the pictures into one folder with labels.json`,
        ]),
  ];
}

/** Opens a folder of pictures for the model's one input; pictures are decoded as samples are asked for. */
export async function openImageFolder(
  folder: string,
  inputs: readonly InputSpec[],
  options: ImageFolderOptions,
): Promise<Dataset> {
  const plan = planPreprocess(options.preprocess, inputs);
  const { entries, classes } = await listImages(folder);
  if (entries.length === 0) fail(dataDiagnostics.empty({ path: folder }, { file: folder }));
  const offset = labelOffset(options.preprocess, options.classes, entries);
  return {
    source: basename(folder),
    size: entries.length,
    notes: notesOf(plan, classes, options.classes),
    inputs: [plan.input],
    async *samples(positions = allPositions(entries.length)) {
      for (const position of positions) {
        const { id, label } = entries[position] as Entry;
        const pixels = await decodeImage(join(folder, id), plan.order === "gray");
        const feeds = new Map([[plan.input, preprocess(pixels, plan)]]);
        yield { id, feeds, label: label === undefined ? undefined : label + offset };
      }
    },
  };
}
