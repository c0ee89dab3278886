import type { Dim, Graph, StaticShape, Tensor, Value } from "../ir/index.ts";
import {
  byteLengthOf,
  dtypes,
  isInteger,
  printType,
  sizeOf,
  symbolName,
  tensorFromBytes,
  tensorFromNumbers,
  tensorFromStrings,
} from "../ir/index.ts";
import { dataDiagnostics } from "../diagnostics/codes/data.ts";
import { fail } from "../diagnostics/index.ts";
import type { Dataset } from "./dataset.ts";
import { allPositions } from "./dataset.ts";
import { indexBound } from "./index-bounds.ts";
import type { RandomSource } from "./random-source.ts";
import { randomSource } from "./random-source.ts";
import { takesNumbers } from "./tensor-cast.ts";

/** What generated data follows. */
export interface RandomDatasetOptions {
  readonly seed: number;
  readonly size: number;
  /** Shapes by input name, for inputs whose dimensions are free. */
  readonly shapes?: ReadonlyMap<string, StaticShape>;
}

/** Lengths taken for free dimensions: 1 for the batch; pictures get a side that five halvings divide; else short. */
const freeSide = 224;
const freeLength = 16;

function resolve(dim: Dim, axis: number, rank: number): number {
  if (typeof dim === "number") return dim;
  if (axis === 0 || (dim !== undefined && /batch/i.test(symbolName(dim)))) return 1;
  return rank === 4 ? freeSide : freeLength;
}

/** Elements of one generated input: a gigabyte of floats, far beyond what models take. */
const MOST_ELEMENTS = 2 ** 28;

/** A static shape for a graph input: the one asked for, or the declared one with free dimensions filled in. Throws IO0414. */
function staticShape(input: Value, asked: StaticShape | undefined): StaticShape {
  const refuse = (detail: string): never =>
    fail(dataDiagnostics.notGenerated({ input: input.name, detail }, { value: input.name }));
  const { type } = input;
  if (type?.kind !== "tensor")
    return refuse(type === undefined ? "its type is unknown" : `it takes ${printType(type)}`);
  const shape = asked ?? type.shape?.map((dim, axis, { length }) => resolve(dim, axis, length));
  if (shape === undefined) return refuse("its rank is unknown");
  if (sizeOf(shape) > MOST_ELEMENTS) return refuse(`[${shape.join(",")}] is too large`);
  return shape;
}

/** How one input is filled, told from its type, its name and what it feeds. */
function generate(input: Value, shape: StaticShape, random: RandomSource): Tensor {
  const dtype = input.type?.kind === "tensor" ? input.type.dtype : "float32";
  const size = sizeOf(shape);
  if (dtype === "string")
    return tensorFromStrings(
      shape,
      Array.from({ length: size }, () => "a"),
    );
  // Floats below 16 bits and complex numbers: all bits zero is a plain number in each of them.
  if (!takesNumbers(dtype)) return tensorFromBytes(dtype, shape, new Uint8Array(byteLengthOf(dtype, size)));
  const fill = (next: () => number): Tensor => {
    const numbers = new Float64Array(size);
    for (let i = 0; i < size; i++) numbers[i] = next();
    return tensorFromNumbers(dtype, shape, numbers);
  };
  if (dtype === "bool" || (isInteger(dtype) && /mask/i.test(input.name))) return fill(() => 1);
  if (!isInteger(dtype)) return fill(() => random.normal());
  const bound = indexBound(input);
  const { bits, kind } = dtypes[dtype];
  const widest = Math.min(256, 2 ** (kind === "signed" ? bits - 1 : bits));
  // A lone integer is a setting (a sample rate, a length), not data: zero is the value least likely to be refused.
  if (bound === undefined && shape.length === 0) return fill(() => 0);
  return fill(() => random.below(bound ?? widest));
}

/**
 * Generated samples for a graph: standard normal floats, token numbers within the table they look up, masks of ones. The
 * sample at a position depends on seed and position alone. Throws IO0414 for an input of unknown rank, one that takes no
 * tensor, or one too large.
 */
export function randomDataset(graph: Graph, options: RandomDatasetOptions): Dataset {
  const inputs = graph.inputs.filter((input) => input.constant === undefined);
  const shapes = inputs.map((input) => staticShape(input, options.shapes?.get(input.name)));
  return {
    source: "generated",
    size: options.size,
    inputs: inputs.map((input) => input.name),
    async *samples(positions = allPositions(options.size)) {
      for (const position of positions) {
        const random = randomSource(Math.imul(options.seed + 1, 0x9e3779b1) ^ Math.imul(position + 1, 0x85ebca6b));
        const feeds = new Map(inputs.map((input, i) => [input.name, generate(input, shapes[i] ?? [], random)]));
        yield { id: `generated[${position}]`, feeds };
      }
    },
  };
}
