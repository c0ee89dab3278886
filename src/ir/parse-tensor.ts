import type { DType } from "./dtype.ts";
import { byteLengthOf, dtypes, isInteger } from "./dtype.ts";
import type { Dim, StaticShape } from "./dim.ts";
import { isStatic } from "./dim.ts";
import { filledTensor, randomTensor, uniformNumbers } from "./fill-tensor.ts";
import { parseDim } from "./parse-dim.ts";
import type { Tensor } from "./tensor.ts";
import { sizeOf, tensorFromBytes, tensorFromElements, tensorFromNumbers, tensorFromStrings } from "./tensor.ts";
import type { TextReader } from "./text-reader.ts";
import type { ValueType } from "./type.ts";

/** Finds the constant that a printed digest (first 8 hex digits of its sha256) stands for. */
export type FindConstant = (digest: string, dtype: DType, shape: StaticShape) => Tensor | undefined;

/** Reads a type: `float32[1,N]`, `int64[*]`, `sparse …`, `seq(…)`, `optional(…)`, `map(…)`, `opaque(…)`. */
export function parseType(reader: TextReader): ValueType {
  if (reader.accept("sparse ")) return { ...parseTensorType(reader), kind: "sparse" };
  for (const [word, kind] of [
    ["seq(", "sequence"],
    ["optional(", "optional"],
  ] as const)
    if (reader.accept(word)) {
      const element = parseType(reader);
      reader.expect(")");
      return { kind, element };
    }
  if (reader.accept("map(")) {
    const key = parseDType(reader);
    reader.expect(",");
    const value = parseType(reader);
    reader.expect(")");
    return { kind: "map", key, value };
  }
  const opaque = reader.match(/opaque\(([^,]*),([^)]*)\)/);
  if (opaque !== undefined) return { kind: "opaque", domain: opaque[1] ?? "", name: opaque[2] ?? "" };
  return parseTensorType(reader);
}

function parseDType(reader: TextReader): DType {
  const word = reader.match(/[a-z0-9]+/)?.[0];
  return word !== undefined && Object.hasOwn(dtypes, word) ? (word as DType) : reader.fail("an element type");
}

function parseTensorType(reader: TextReader): { kind: "tensor"; dtype: DType; shape: readonly Dim[] | undefined } {
  const dtype = parseDType(reader);
  if (reader.accept("[*]")) return { kind: "tensor", dtype, shape: undefined };
  const text = reader.match(/\[([^\]]*)\]/)?.[1];
  if (text === undefined) reader.fail("a shape");
  return { kind: "tensor", dtype, shape: splitDims(text).map((dim) => parseDim(dim.trim())) };
}

function splitDims(text: string): string[] {
  if (text.trim() === "") return [];
  const dims: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (c === "," && depth === 0) {
      dims.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...dims, text.slice(start)];
}

/** Reads `float32[2] [1, 2]`: a static type and the content. */
export function parseTypedTensor(reader: TextReader, find?: FindConstant): Tensor {
  const { dtype, shape } = parseTensorType(reader);
  if (!isStatic(shape)) reader.fail("a static shape before the content of a tensor");
  return parseContent(reader, dtype, shape, find);
}

/**
 * Reads the content of a tensor: literal values, `hex"…"`, `zeros`, `ones`, `fill(0.5)`, `range` (0, 1, 2, …),
 * `random(seed)`, `positive(seed)` (uniform in [0.5, 1.5), for variances and scales) or `<sha=…>`.
 */
export function parseContent(reader: TextReader, dtype: DType, shape: StaticShape, find?: FindConstant): Tensor {
  const digest = reader.match(/<sha=([0-9a-f]{8})>/)?.[1];
  if (digest !== undefined)
    return (
      find?.(digest, dtype, shape) ?? reader.fail(`values instead of the digest ${digest}, which is not known here`)
    );
  const hex = reader.match(/hex"([0-9a-f]*)"/)?.[1];
  if (hex !== undefined) return tensorFromBytes(dtype, shape, new Uint8Array(Buffer.from(hex, "hex")));
  if (reader.acceptWord("zeros"))
    return tensorFromBytes(dtype, shape, new Uint8Array(byteLengthOf(dtype, sizeOf(shape))));
  if (reader.acceptWord("ones")) return filledTensor(dtype, shape, 1);
  if (reader.acceptWord("range"))
    return tensorFromNumbers(
      dtype,
      shape,
      Float64Array.from({ length: sizeOf(shape) }, (_, i) => i),
    );
  const fill = reader.match(/(fill|random|positive)\(/)?.[1];
  if (fill !== undefined) {
    const argument = reader.number();
    reader.expect(")");
    if (fill === "fill") return filledTensor(dtype, shape, argument);
    if (fill === "random") return randomTensor(dtype, shape, argument);
    const next = uniformNumbers(argument);
    return tensorFromNumbers(
      dtype,
      shape,
      Float64Array.from({ length: sizeOf(shape) }, () => 0.5 + next()),
    );
  }
  return parseLiterals(reader, dtype, shape);
}

function parseLiterals(reader: TextReader, dtype: DType, shape: StaticShape): Tensor {
  const items = <T>(item: () => T): T[] => {
    const values = shape.length === 0 && !reader.sees(/\[/) ? [item()] : reader.list(item);
    return values.length === sizeOf(shape)
      ? values
      : reader.fail(`${sizeOf(shape)} values before this, not ${values.length}`);
  };
  if (dtype === "string")
    return tensorFromStrings(
      shape,
      items(() => reader.name()),
    );
  if (dtype === "int64") return tensorFromElements(dtype, shape, BigInt64Array.from(items(() => reader.integer())));
  if (dtype === "uint64") return tensorFromElements(dtype, shape, BigUint64Array.from(items(() => reader.integer())));
  return tensorFromNumbers(
    dtype,
    shape,
    items(() => (isInteger(dtype) ? Number(reader.integer()) : reader.number())),
  );
}
