import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Tensor } from "../ir/index.ts";
import { isTensor } from "../ir/index.ts";
import { readTensorFile, readValueFile } from "../onnx/index.ts";
import { dataDiagnostics } from "../diagnostics/codes/data.ts";
import { fail } from "../diagnostics/index.ts";
import type { Dataset, InputSpec, Sample } from "./dataset.ts";
import { allPositions } from "./dataset.ts";
import { sortedNames } from "./files.ts";
import { fitsInput, refuseShape } from "./sample-shape.ts";

const setName = /^test_data_set_(\d+)$/;

async function setFolders(folder: string): Promise<readonly string[]> {
  const numbered = (await sortedNames(folder)).flatMap((name) => {
    const number = setName.exec(name)?.[1];
    return number === undefined ? [] : [{ name, number: Number(number) }];
  });
  return numbered.sort((a, b) => a.number - b.number).map(({ name }) => name);
}

/** True for a folder that holds test_data_set_N folders. */
export async function isTestDataFolder(folder: string): Promise<boolean> {
  return (await setFolders(folder)).length > 0;
}

async function readInput(file: string, input: InputSpec, source: string): Promise<Tensor> {
  const value = readValueFile(await readBytes(file, input, source), input.type, file);
  if (!isTensor(value))
    return fail(dataDiagnostics.wrongType({ input: input.name, expected: "tensor", found: value.kind, source }));
  if (input.type?.kind === "tensor" && input.type.dtype !== value.dtype)
    fail(
      dataDiagnostics.wrongType(
        { input: input.name, expected: input.type.dtype, found: value.dtype, source },
        { file },
      ),
    );
  if (!fitsInput(value.shape, input)) refuseShape(value.shape, input, source);
  return value;
}

async function readBytes(file: string, input: InputSpec, source: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    return fail(dataDiagnostics.missingInput({ name: input.name, source }, { file }), cause);
  }
}

/** Tensors of the files output_0.pb, output_1.pb, …; ends at the first that is absent. */
async function readOutputs(folder: string, names: ReadonlySet<string>): Promise<readonly Tensor[]> {
  const outputs: Tensor[] = [];
  for (let k = 0; names.has(`output_${k}.pb`); k++) {
    const file = join(folder, `output_${k}.pb`);
    const bytes = await readFile(file).catch((cause: unknown) =>
      fail(dataDiagnostics.missingPath({ path: file }, { file }), cause),
    );
    outputs.push(readTensorFile(bytes, file));
  }
  return outputs;
}

/** Opens a folder of test_data_set_N/{input_K,output_K}.pb, ONNX's own layout; outputs are kept as expected values. */
export async function openTestData(folder: string, inputs: readonly InputSpec[]): Promise<Dataset> {
  const sets = await setFolders(folder);
  return {
    source: basename(folder),
    size: sets.length,
    inputs: inputs.map((input) => input.name),
    async *samples(positions = allPositions(sets.length)): AsyncIterable<Sample> {
      for (const position of positions) {
        const id = sets[position] as string;
        const inside = join(folder, id);
        const feeds = new Map<string, Tensor>();
        for (const [k, input] of inputs.entries())
          feeds.set(input.name, await readInput(join(inside, `input_${k}.pb`), input, id));
        const names = new Set(await sortedNames(inside));
        yield { id, feeds, expected: await readOutputs(inside, names) };
      }
    },
  };
}
