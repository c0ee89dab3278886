import type { KernelArgument } from "../../../../src/codegen/index.ts";
import type { Space, Template } from "../../../../src/schedule/template.ts";
import { numberOf } from "../../reference/parameters.ts";
import { productMultiplier } from "../../reference/transformer/product.ts";
import type { ProductWorkload } from "../../transformer-workload.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { rowGrain } from "../bytes/points.ts";
import type { VectorIsa } from "../epilogue/vector-isa.ts";
import { vectorIsaOf } from "../epilogue/vector-isa.ts";
import { emitProduct } from "./product/emit.ts";
import type { ConstantName } from "./product/frame.ts";
import { constantNames } from "./product/frame.ts";
import type { ProductPlan } from "./product/plan.ts";
import { planProduct, tileRegisters } from "./product/plan.ts";
import type { VectorConstants } from "./vector-constants.ts";
import { vectorConstants } from "./vector-constants.ts";

/** Nanoseconds a multiply-accumulate, and a byte that is widened or packed, measured on AMD Zen 5. */
const [workNanoseconds, byteNanoseconds] = [0.006, 0.05];

/** Sums of as many terms stay in int32: each is at most 255² in size. */
const mostTerms = 32_768;

/** Rows of register tiles. */
const tileHeights = [1, 2, 3, 4, 6, 8, 12];

/** Bytes that loads may reach behind the last element: those of a vector of int16. */
const overRead = 32;

/**
 * Products of two uint8 matrices that are both computed, as in attention, in int16: b is packed, rows of a are widened,
 * both less their zero points. Exact, and the same with and without VNNI.
 */
export const product: Template<ProductWorkload> = {
  name: "product",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is ProductWorkload => {
    if (workload.op !== "product-u8u8" || vectorIsaOf(device) === undefined) return false;
    const { b, channels } = workload as ProductWorkload;
    return (b.column === 1 || b.channel === 1) && channels <= mostTerms;
  },
  space: (workload, device) => spaceOf(workload, requireIsa(vectorIsaOf(device))),
  seed: (workload, device) => {
    const { lanes } = requireIsa(vectorIsaOf(device));
    const vectors = Math.min(Math.ceil(workload.columns / lanes), lanes === 16 ? 4 : 2);
    const most = lanes === 8 ? 4 : vectors <= 2 ? 8 : 6;
    return { rows: Math.max(...tileHeights.filter((rows) => rows <= Math.min(most, workload.rows))), vectors };
  },
  cost: ({ matrices, rows, columns, channels }, point) => {
    const [high, wide] = [point["rows"] ?? 1, point["vectors"] ?? 1];
    // Loads of a tile's step against its products.
    const loads = 1 + (high + wide) / (high * wide) / 2;
    const bytes = (rows + columns) * channels * byteNanoseconds;
    return matrices * (rows * columns * channels * workNanoseconds * loads + bytes);
  },
  workspace: (workload, point, device) => planProduct(workload, point, requireIsa(vectorIsaOf(device))).scratchBytes,
  emit: (workload, point, device) => {
    const plan = planProduct(workload, point, requireIsa(vectorIsaOf(device)));
    const constants = constantsOf(plan);
    const kernelArguments = argumentsOf(workload, constants.argument);
    const a = emitProduct(
      plan,
      constants,
      kernelArguments.map(({ name }) => name),
    );
    const { matrices, rows, columns, channels } = workload;
    return finishKernel(a, {
      name: `product-u8u8 ${matrices}x ${rows}x${channels}x${columns}`,
      arguments: kernelArguments,
      extent: matrices,
      grain: Math.min(matrices, rowGrain(rows * columns * channels * workNanoseconds)),
      scratchBytes: plan.scratchBytes,
    });
  },
};

function requireIsa(isa: VectorIsa | undefined): VectorIsa {
  if (isa === undefined) throw new Error("no instruction set for products");
  return isa;
}

function spaceOf({ rows, columns }: ProductWorkload, isa: VectorIsa): Space {
  const columnVectors = Math.ceil(columns / isa.lanes);
  return {
    parameters: [
      { name: "rows", values: tileHeights },
      { name: "vectors", values: [1, 2, 3, 4, 6] },
    ],
    legal: ({ rows: high = 1, vectors: wide = 1 }) =>
      tileRegisters(high, wide, isa) <= isa.registers && high <= rows && wide <= columnVectors,
  };
}

function constantsOf({ workload, isa }: ProductPlan): VectorConstants<ConstantName> {
  const { channels, columns, b, out } = workload;
  const repeated = (zero: number): { readonly int32: number } => ({ int32: zero | (zero << 16) });
  const int32s = (at: (lane: number) => number): Uint8Array =>
    new Uint8Array(Int32Array.from({ length: 16 }, (_, lane) => at(lane)).buffer);
  const restTerms = channels % (2 * isa.lanes);
  const lastColumn = (columns % isa.lanes) - 1;
  // Where bytes 4n and 4n + 1, or the two behind them, go in a dword of two int16; 0x80 makes a zero.
  const shuffle = (first: number): Uint8Array =>
    Uint8Array.from({ length: 64 }, (_, at) => (at % 2 > 0 ? 0x80 : (at & 12) + first + ((at % 4) >> 1)));
  return vectorConstants(constantNames, (parameters) => {
    const zero = out === "u8" ? numberOf(parameters, "yZero") : 0;
    const bound = (name: "lo" | "hi"): number => (out === "u8" ? numberOf(parameters, name) - zero : 0);
    return {
      aZero: repeated(numberOf(parameters, "aZero")),
      bZero: repeated(numberOf(parameters, "bZero")),
      terms: new Uint8Array(Int16Array.from({ length: 32 }, (_, lane) => (lane < restTerms ? -1 : 0)).buffer),
      columns: int32s((lane) => lane * b.column),
      lastColumns: int32s((lane) => Math.min(lane, Math.max(0, lastColumn)) * b.column),
      first: shuffle(0),
      second: shuffle(2),
      rest: int32s((lane) => (lane <= lastColumn ? -1 : 0)),
      multiplier: productMultiplier(workload, parameters),
      ...{ lowest: bound("lo"), highest: bound("hi"), zero: { int32: zero } },
    };
  });
}

function argumentsOf(workload: ProductWorkload, params: KernelArgument): readonly KernelArgument[] {
  const { matrices, rows, columns, channels, a, b, y, out } = workload;
  const behind = (matrix: number): number => (matrices - 1) * matrix;
  const right = behind(b.matrix) + (columns - 1) * b.column + (channels - 1) * b.channel + 1;
  return [
    { name: "a", bytes: behind(a.matrix) + (rows - 1) * a.row + channels + overRead, access: "read", alignment: 1 },
    { name: "b", bytes: right + overRead, access: "read", alignment: 1 },
    params,
    {
      name: "y",
      bytes: (behind(y.matrix) + (rows - 1) * y.row + columns) * (out === "u8" ? 1 : 4),
      access: "write",
      alignment: 1,
    },
  ];
}
