import type { Point } from "../../../../../src/schedule/record.ts";
import type {
  Bf16ConvWorkload,
  FloatConvWorkload,
  FloatEpilogue,
  FloatGroupedConvWorkload,
  FloatTransposedConvWorkload,
} from "../../../float-workload.ts";
import type { Simd } from "../../bytes/simd.ts";
import type { ChannelBlocks, Geometry, TileSplit } from "../../igemm/geometry.ts";
import { geometryOf, splitChannels, splitPixels } from "../../igemm/geometry.ts";
import type { Product } from "../../igemm/product.ts";
import { denseProduct, groupedProduct, transposedProduct } from "../../igemm/product.ts";
import { storedBytes } from "../arguments.ts";
import { pointNumbers } from "../../point-numbers.ts";
import { registerCount } from "../vectors.ts";

const pointNames = ["pixels", "tileRows", "vectors", "unroll", "prefetch", "unitBlock", "parallel"] as const;

/**
 * A point of the direct space: most pixels of a register tile in a row, its rows, its vectors of output channels; most steps to unroll; 1
 * to prefetch the next channel block's weights; units for which all channel blocks are computed before the next ones
 * (0: all); what threads share out: 0 units of pixels, 1 channel blocks.
 */
export type DirectPoint = Readonly<Record<(typeof pointNames)[number], number>>;

/** Names the numbers of a point. */
export function directPoint(point: Point): DirectPoint {
  return pointNumbers("direct-f32", pointNames, point);
}

/** A convolution as a sum over register tiles, in float32 or in pairs of bfloat16. */
export type DirectWorkload =
  FloatConvWorkload | Bf16ConvWorkload | FloatGroupedConvWorkload | FloatTransposedConvWorkload;

/** A workload as products of slices of channels. */
export interface DirectProduct extends Product {
  readonly op: DirectWorkload["op"];
  readonly epilogue: FloatEpilogue;
}

/** The product of a workload; groups that share a vector have at most as many input channels as it has lanes. */
export function directProduct(workload: DirectWorkload, { lanes }: Simd): DirectProduct {
  switch (workload.op) {
    case "conv-f32":
    case "conv-bf16":
      return denseProduct(workload);
    case "grouped-f32":
      return groupedProduct(workload, lanes, lanes);
    case "transposed-f32":
      return transposedProduct(workload, lanes, lanes);
  }
}

/** What products are added up in. */
export interface DirectArithmetic {
  /** Input channels whose elements take four bytes: those of one step. */
  readonly stepInputs: 1 | 2;
  /** Adds the products of a step, lane by lane. */
  readonly multiply: "vfmadd231ps" | "vdpbf16ps";
}

/** The arithmetic of a workload. */
function arithmeticOf({ op }: Pick<DirectWorkload, "op">): DirectArithmetic {
  return op === "conv-bf16" ? { stepInputs: 2, multiply: "vdpbf16ps" } : { stepInputs: 1, multiply: "vfmadd231ps" };
}

/** A workload and a point, worked out. */
export interface DirectPlan {
  readonly workload: DirectProduct;
  readonly arithmetic: DirectArithmetic;
  readonly simd: Simd;
  /** Vector registers for sums, operands and epilogue: all but those behind them that hold what gathers channels of groups. */
  readonly registers: number;
  readonly point: DirectPoint;
  /** Of x in units of four bytes, of y and the residual in elements. */
  readonly geometry: Geometry;
  /** Bytes of an element of y and of the residual. */
  readonly elementBytes: { readonly y: 4 | 2; readonly residual: 4 | 2 };
  readonly blocks: ChannelBlocks;
  readonly blockCount: number;
  readonly tiles: TileSplit;
  /** Where all pixels are one row a unit is a tile, else `tileRows` rows. */
  readonly flat: boolean;
  readonly units: number;
  /** Cache lines of the next block to prefetch during a tile; 0 for none. */
  readonly prefetchLines: number;
}

/** How a workload walks over its tensors: see {@link DirectPlan.geometry}. */
export function directGeometry(workload: DirectProduct): Geometry {
  const { stepInputs } = arithmeticOf(workload);
  const { inputs, x } = workload;
  return geometryOf({
    ...workload,
    inputs: inputs / stepInputs,
    x: { row: x.row / stepInputs, pixel: x.pixel / stepInputs },
  });
}

/** What a point means for a workload. */
export function planDirect(workload: DirectProduct, point: DirectPoint, simd: Simd): DirectPlan {
  const geometry = directGeometry(workload);
  const arithmetic = arithmeticOf(workload);
  const { out, residual } = workload.epilogue;
  const elementBytes = { y: storedBytes(out), residual: storedBytes(residual?.from) };
  const flat = geometry.rows === 1;
  const tiles = splitPixels(geometry.columns, point.pixels);
  const blocks = splitChannels(workload.outputs, point.vectors, simd.lanes);
  const rowTiles = tiles.wide + tiles.narrow;
  const units = flat ? rowTiles : geometry.rows / point.tileRows;
  const swept = (point.unitBlock === 0 ? units : Math.min(units, point.unitBlock)) * (flat ? 1 : rowTiles);
  const registers = freeRegisters(workload, simd);
  const plan = { workload, arithmetic, simd, registers, point, geometry, elementBytes, blocks, tiles, flat, units };
  const lines = blockBytes(plan, point.vectors) / 64;
  return {
    ...plan,
    blockCount: blocks.full + (blocks.restVectors > 0 ? 1 : 0),
    prefetchLines: point.prefetch === 0 ? 0 : Math.ceil(lines / swept),
  };
}

/** Steps of a tile: four bytes of x that are multiplied by weights, for each pixel. */
export function stepsOf({ geometry }: Pick<DirectPlan, "geometry">): number {
  return geometry.runs * geometry.runBytes;
}

/** Packed bytes of a block of `vectors` vectors of output channels. */
export function blockBytes({ geometry, simd }: Pick<DirectPlan, "geometry" | "simd">, vectors: number): number {
  return 4 * stepsOf({ geometry }) * vectors * simd.lanes;
}

/** Bytes of x, taken to have as many pixels as y. */
export function inputBytes({ workload, arithmetic }: Pick<DirectPlan, "workload" | "arithmetic">): number {
  return (4 / arithmetic.stepInputs) * workload.rows * workload.columns * workload.slices * workload.sliceInputs;
}

/** See {@link DirectPlan.registers}: AVX-512 keeps the mask of loads in an opmask, AVX2 in a vector register. */
export function freeRegisters({ gather }: DirectProduct, simd: Simd): number {
  return registerCount(simd) - (gather === undefined ? 0 : simd.name === "avx512" ? 1 : 2);
}

/** What threads may share out besides units: slices where there are several, else blocks. */
export function shareCount({ workload, blockCount }: DirectPlan): number {
  return workload.slices > 1 ? workload.slices : blockCount;
}

/** Where operands of a register tile stand: weights and inputs in registers, or as operands in memory. */
export interface OperandForm {
  readonly weights: "register" | "memory";
  readonly input: "register" | "memory";
  /** Vector registers besides the accumulators. */
  readonly registers: number;
}

/** The form of a tile: what is used once stays in memory where the instruction set takes it from there. */
export function operandForm(
  { workload, simd, registers }: Pick<DirectPlan, "workload" | "simd" | "registers">,
  width: number,
  vectors: number,
): OperandForm {
  if (width === 1) return { weights: "memory", input: "register", registers: 1 };
  const left = registers - width * vectors - vectors;
  const embedded = simd.name === "avx512" && workload.gather === undefined && (vectors === 1 || left === 0);
  return { weights: "register", input: embedded ? "memory" : "register", registers: vectors + (embedded ? 0 : 1) };
}
