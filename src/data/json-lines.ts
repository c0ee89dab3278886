import { createReadStream } from "node:fs";
import { basename } from "node:path";
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

/** Axes that no tensor has; nesting beyond them is no data. */
const MOST_AXES = 64;

/** Throws a plain Error that says what is wrong; the caller knows file and line. */
function flatten(value: unknown): Block {
  const shape: number[] = [];
  for (let at = value; Array.isArray(at); at = at[0] as unknown) {
    shape.push(at.length);
    if (shape.length > MOST_AXES) throw new Error(`arrays nested more than ${MOST_AXES} deep`);
  }
  const values: number[] = [];
  append(value, shape, 0, values);
  return { shape, values };
}

/** Appends the numbers of arrays that must have the given lengths from `axis` on. */
function append(value: unknown, shape: StaticShape, axis: number, values: number[]): void {
  const length = shape[axis];
  if (length === undefined) {
    if (Array.isArray(value)) throw new Error("rows of different lengths");
    if (typeof value !== "number" && typeof value !== "boolean")
      throw new Error(`${JSON.stringify(value)?.slice(0, 20)} is no number or array`);
    values.push(Number(value));
    return;
  }
  if (!Array.isArray(value) || value.length !== length) throw new Error("rows of different lengths");
  for (const item of value) append(item, shape, axis + 1, values);
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

/** Characters of one line: half of what a string can hold. */
const LONGEST_LINE = 2 ** 28;

/** The text of a file as it is read. Throws IO0401 for a file that may not be read. */
async function* chunksOf(file: string): AsyncIterable<string> {
  try {
    yield* createReadStream(file, "utf8") as AsyncIterable<string>;
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    fail(dataDiagnostics.missingPath({ path: file }, { file }), cause);
  }
}

/** Lines that are not blank, each with its number in the file, from 1. Throws IO0408 for one that is too long. */
async function* lines(file: string): AsyncIterable<readonly [line: string, lineNumber: number]> {
  const isText = (line: string): boolean => line.trim() !== "";
  let rest: string[] = [];
  let length = 0;
  let lineNumber = 1;
  for await (const chunk of chunksOf(file)) {
    const parts = chunk.split("\n");
    for (const part of parts.slice(0, -1)) {
      const line = rest.join("") + part;
      if (isText(line)) yield [line, lineNumber];
      [rest, length] = [[], 0];
      lineNumber++;
    }
    const last = parts.at(-1) ?? "";
    rest.push(last);
    length += last.length;
    if (length > LONGEST_LINE)
      fail(
        dataDiagnostics.malformedFile({ file, detail: `a line is longer than ${LONGEST_LINE} characters` }, { file }),
      );
  }
  const line = rest.join("");
  if (isText(line)) yield [line, lineNumber];
}

function parseLine(line: string, lineNumber: number, file: string, inputs: readonly InputSpec[]): Sample {
  const source = `${basename(file)}:${lineNumber}`;
  const malformed = (cause: unknown): never =>
    fail(dataDiagnostics.malformedFile({ file: source, detail: (cause as Error).message }, { file }), cause);
  let parsed: unknown;
  try {
    parsed = JSON.parse(line.replace(/^\uFEFF/, ""));
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
  const counted = lines(file)[Symbol.asyncIterator]();
  while ((await counted.next()).done !== true) size++;
  if (size === 0) fail(dataDiagnostics.empty({ path: file }, { file }));
  return {
    source: basename(file),
    size,
    inputs: inputs.map((input) => input.name),
    async *samples(positions) {
      const wanted = positions?.[Symbol.iterator]();
      let next = wanted?.next().value ?? (wanted === undefined ? 0 : undefined);
      let index = 0;
      for await (const [line, lineNumber] of lines(file)) {
        if (next === undefined) return;
        if (index === next) {
          yield parseLine(line, lineNumber, file, inputs);
          next = wanted === undefined ? index + 1 : wanted.next().value;
        }
        index++;
      }
    },
  };
}
