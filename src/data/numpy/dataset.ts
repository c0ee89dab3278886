import { basename } from "node:path";
import type { DType, StaticShape, Tensor } from "../../ir/index.ts";
import { byteLengthOf, numbersOf, sizeOf, tensorFromBytes } from "../../ir/index.ts";
import { dataDiagnostics } from "../../diagnostics/codes/data.ts";
import { fail } from "../../diagnostics/index.ts";
import type { Dataset, InputSpec } from "../dataset.ts";
import { allPositions } from "../dataset.ts";
import { matchNames } from "../match-names.ts";
import { sampleShape } from "../sample-shape.ts";
import { isCompatible, saturatingTensor } from "../tensor-cast.ts";
import type { StoredArray } from "./arrays.ts";
import { listArrays } from "./arrays.ts";
import { openPart } from "./byte-source.ts";

/** Names of an array of class indices beside the inputs. */
const labelNames: ReadonlySet<string> = new Set(["label", "labels"]);

/** How one array feeds one input: every sample takes `stride` bytes. */
interface Column {
  readonly array: StoredArray;
  readonly name: string;
  readonly shape: StaticShape;
  readonly dtype: DType;
  readonly stride: number;
  readonly count: number;
}

function columnFor(array: StoredArray, input: InputSpec, source: string): Column {
  if (input.type?.kind !== "tensor") throw new Error(`input "${input.name}" takes no tensor`);
  const { dtype } = input.type;
  if (!isCompatible(array.dtype, dtype))
    fail(dataDiagnostics.wrongType({ input: input.name, expected: dtype, found: array.dtype, source }));
  const fitted = sampleShape(array.shape, input, source);
  return {
    array,
    name: input.name,
    dtype,
    shape: fitted.shape,
    count: fitted.count,
    stride: byteLengthOf(array.dtype, sizeOf(fitted.shape)),
  };
}

function toTensor(bytes: Uint8Array, column: Column): Tensor {
  const tensor = tensorFromBytes(column.array.dtype, column.shape, bytes);
  return column.array.dtype === column.dtype ? tensor : saturatingTensor(column.dtype, column.shape, numbersOf(tensor));
}

/** Opens a .npy (the only input) or .npz file (arrays named as the inputs, optionally `label`); samples stream from disk. */
export async function openNumpy(file: string, inputs: readonly InputSpec[]): Promise<Dataset> {
  const source = basename(file);
  const malformed = (cause: unknown): never =>
    fail(
      dataDiagnostics.malformedFile({ file, detail: cause instanceof Error ? cause.message : String(cause) }, { file }),
      cause,
    );
  const arrays = await listArrays(file).catch(malformed);
  const [only] = arrays;
  // The array of a .npy file has no name.
  if (inputs.length > 1 && arrays.length === 1 && only?.name === "")
    fail(dataDiagnostics.unnamedArray({ source, inputs: inputs.map(({ name }) => name) }, { file }));
  const named = arrays.map((array) =>
    inputs.length === 1 && arrays.length === 1 ? { ...array, name: inputs[0]?.name ?? "" } : array,
  );
  const inputNames = new Set(inputs.map((input) => input.name));
  const labels = named.find((array) => labelNames.has(array.name) && !inputNames.has(array.name));
  const fed = named.filter((array) => array !== labels);
  const byName = matchNames(
    fed.map((array) => array.name),
    inputs,
    source,
  );
  const columns = fed.map((array) => columnFor(array, byName.get(array.name) as InputSpec, source));
  const count = columns[0]?.count ?? 0;
  const odd = columns.find((column) => column.count !== count);
  if (odd !== undefined || (labels !== undefined && labels.shape[0] !== count)) {
    const name = odd?.name ?? labels?.name ?? "";
    fail(dataDiagnostics.countMismatch({ source, detail: `"${name}" has another number of samples than the rest` }));
  }
  if (count === 0) fail(dataDiagnostics.empty({ path: file }, { file }));
  if (labels?.shape.slice(1).some((dim) => dim !== 1))
    fail(dataDiagnostics.badLabel({ source, detail: `labels have shape [${labels.shape.join(",")}], not [${count}]` }));
  const labelColumn: Column | undefined =
    labels === undefined
      ? undefined
      : { array: labels, name: "", shape: [], dtype: labels.dtype, stride: byteLengthOf(labels.dtype, 1), count };
  const all = labelColumn === undefined ? columns : [...columns, labelColumn];
  return {
    source,
    size: count,
    inputs: columns.map((column) => column.name),
    async *samples(positions = allPositions(count)) {
      const readers = await Promise.all(all.map(({ array }) => openPart(array.part)));
      try {
        await Promise.all(readers.map((reader, i) => reader.skip((all[i] as Column).array.start)));
        let next = 0;
        for (const position of positions) {
          const tensors: Tensor[] = [];
          for (const [i, column] of all.entries()) {
            const reader = readers[i];
            await reader?.skip((position - next) * column.stride);
            const bytes = (await reader?.take(column.stride)) ?? new Uint8Array(0);
            if (bytes.length < column.stride) malformed(new Error("the data is cut short"));
            tensors.push(toTensor(bytes, column));
          }
          next = position + 1;
          const feeds = new Map(columns.map((column, i) => [column.name, tensors[i] as Tensor]));
          const label = labelColumn === undefined ? undefined : numbersOf(tensors.at(-1) as Tensor)[0];
          const id = `${source}[${position}]`;
          if (label !== undefined && !(Number.isSafeInteger(label) && label >= 0))
            fail(dataDiagnostics.badLabel({ source: id, detail: `label ${label}` }, { file }));
          yield { id, feeds, label };
        }
      } finally {
        await Promise.all(readers.map((reader) => reader.close()));
      }
    },
  };
}
