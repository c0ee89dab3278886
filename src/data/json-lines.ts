import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import type { StaticShape, Tensor } from "../ir/index.ts";
import { isFloat, isStatic, sizeOf } from "../ir/index.ts";
import { dataDiagnostics } from "../diagnostics/codes/data.ts";
import { fail } from "../diagnostics/index.ts";
import type { Dataset, InputSpec, Sample } from "./dataset.ts";
import { inputShape } from "./dataset.ts";
import { matchNames } from "./match-names.ts";
import { fitsInput, refuseShape } from "./sample-shape.ts";
import { saturatingTensor, takesNumbers } from "./tensor-cast.ts";

/** Numbers with their shape, as nested arrays or as {shape, data} write them. */
interface Block {
  readonly shape: StaticShape;
  readonly values: readonly number[];
}

/** Throws a plain Error that says what is wrong; the caller knows file and line. */
function flatten(value: unknown): Block {
  if (typeof value === "number" || typeof value === "boolean") return { shape: [], values: [Number(value)] };
  if (!Array.isArray(value)) throw new Error(`${JSON.stringify(value)?.slice(0, 20)} is no number or array`);
  const parts = value.map(flatten);
  const inner = parts[0]?.shape ?? [];
  if (parts.some(({ shape }) => shape.length !== inner.length || shape.some((dim, i) => dim !== inner[i])))
    throw new Error("rows of different lengths");
  return { shape: [value.length, ...inner], values: parts.flatMap(({ values }) => values) };
}

function blockOf(value: unknown): Block {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return flatten(value);
  const { shape, data } = value as { readonly shape?: unknown; readonly data?: unknown };
  const isShape = Array.isArray(shape) && shape.every((dim) => Number.isInteger(dim) && dim >= 0);
  if (!isShape) throw new Error("an object needs shape and data");
  const { values } = flatten(data);
  if (values.length !== sizeOf(shape)) throw new Error(`${values.length} numbers for shape [${shape.join(",")}]`);
  return { shape, values };
}

function tensorFor(value: unknown, input: InputSpec, source: string): Tensor {
  if (input.type?.kind !== "tensor") throw new Error(`input "${input.name}" takes no tensor`);
  const { dtype } = input.type;
  if (!takesNumbers(dtype))
    fail(dataDiagnostics.wrongType({ input: input.name, expected: dtype, found: "numbers", source }));
  const { shape, values } = blockOf(value);
  if (!isFloat(dtype) && values.some((v) => !Number.isInteger(v)))
    fail(dataDiagnostics.wrongType({ input: input.name, expected: dtype, found: "fractions", source }));
  const declared = inputShape(input);
  // A flat list fills a shape that is wholly known; a missing leading batch axis of 1 is added.
  const candidates: readonly StaticShape[] = [
    shape,
    [1, ...shape],
    ...(shape.length === 1 && declared !== undefined && isStatic(declared) && sizeOf(declared) === values.length
      ? [declared]
      : []),
  ];
  const fitting = candidates.find((candidate) => fitsInput(candidate, input)) ?? refuseShape(shape, input, source);
  return saturatingTensor(dtype, fitting, values);
}

async function* lines(file: string): AsyncIterable<string> {
  const reader = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  try {
    for await (const line of reader) if (line.trim() !== "") yield line;
  } finally {
    reader.close();
  }
}

function parseLine(line: string, index: number, file: string, inputs: readonly InputSpec[]): Sample {
  const source = `${basename(file)}:${index + 1}`;
  const malformed = (cause: unknown): never =>
    fail(dataDiagnostics.malformedFile({ file: source, detail: (cause as Error).message }, { file }), cause);
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (cause) {
    return malformed(cause);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return malformed(new Error("no object"));
  const reserved = new Set(["label", "id"].filter((key) => inputs.every((input) => input.name !== key)));
  const fields = new Map(Object.entries(parsed as Record<string, unknown>));
  const names = [...fields.keys()].filter((key) => !reserved.has(key));
  const byName = matchNames(names, inputs, source);
  const feeds = new Map<string, Tensor>();
  for (const name of names) {
    try {
      feeds.set(name, tensorFor(fields.get(name), byName.get(name) as InputSpec, source));
    } catch (cause) {
      if (cause instanceof Error && cause.constructor === Error) malformed(cause);
      throw cause;
    }
  }
  const label = reserved.has("label") ? fields.get("label") : undefined;
  if (label !== undefined && !(typeof label === "number" && Number.isInteger(label) && label >= 0))
    fail(dataDiagnostics.badLabel({ source, detail: `label ${JSON.stringify(label)}` }, { file }));
  const id = reserved.has("id") ? fields.get("id") : undefined;
  return { id: typeof id === "string" ? id : source, feeds, label };
}

/** Opens a .jsonl file: one object a line, input name to nested arrays or {shape, data}, optionally `label` and `id`. */
export async function openJsonLines(file: string, inputs: readonly InputSpec[]): Promise<Dataset> {
  let size = 0;
  for await (const line of lines(file)) size += line === "" ? 0 : 1;
  if (size === 0) fail(dataDiagnostics.empty({ path: file }, { file }));
  return {
    source: basename(file),
    size,
    inputs: inputs.map((input) => input.name),
    async *samples(positions) {
      const wanted = positions?.[Symbol.iterator]();
      let next = wanted?.next().value ?? (wanted === undefined ? 0 : undefined);
      let index = 0;
      for await (const line of lines(file)) {
        if (next === undefined) return;
        if (index === next) {
          yield parseLine(line, index, file, inputs);
          next = wanted === undefined ? index + 1 : wanted.next().value;
        }
        index++;
      }
    },
  };
}
