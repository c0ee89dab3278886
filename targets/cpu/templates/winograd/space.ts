import type { DeviceFingerprint, Point } from "../../../../src/schedule/record.ts";
import type { Space } from "../../../../src/schedule/template.ts";
import { registerCount } from "../float/vectors.ts";
import { winogradCost } from "./cost.ts";
import type { WinogradArithmetic, WinogradPlan, WinogradWorkload } from "./plan.ts";
import { planWinograd, splitBlock, winogradPoint } from "./plan.ts";

/** Share of the third cache that transformed weights may take. */
const cacheShare = 0.75;

/** Most bytes of scratch memory worth having, in sizes of the second cache. */
const scratchL2s = 2;

/** All values of the parameters, and which combinations make sense. */
export function winogradSpace(
  workload: WinogradWorkload,
  arithmetic: WinogradArithmetic,
  device: DeviceFingerprint,
): Space {
  return {
    parameters: [
      { name: "tile", values: arithmetic.tiles },
      { name: "pixels", values: Array.from({ length: 16 }, (_, index) => index + 1) },
      { name: "vectors", values: [1, 2, 3, 4] },
      { name: "block", values: blockSizes(workload, arithmetic) },
      { name: "unroll", values: [2, 4, 8] },
      { name: "prefetch", values: [0, 1] },
      { name: "parallel", values: [0, 1] },
    ],
    legal: (point) => isLegal(planOf(workload, arithmetic, point), point, device),
  };
}

/** Even divisions of all tiles into blocks of at most 64. */
function blockSizes({ rows, columns }: WinogradWorkload, { tiles: all }: WinogradArithmetic): readonly number[] {
  const sizes = all.flatMap((tile) => {
    const tiles = Math.ceil(rows / tile) * Math.ceil(columns / tile);
    const fewest = Math.ceil(tiles / 64);
    return [1, 1.5, 2, 3, 4, 6, 8, 16].map((factor) => Math.ceil(tiles / Math.ceil(fewest * factor)));
  });
  return [...new Set(sizes)].sort((a, b) => a - b);
}

function planOf(workload: WinogradWorkload, arithmetic: WinogradArithmetic, point: Point): WinogradPlan {
  return planWinograd(workload, arithmetic, winogradPoint(point));
}

function isLegal(plan: WinogradPlan, { block }: Point, device: DeviceFingerprint): boolean {
  const { pixels, vectors, unroll, parallel } = plan.point;
  const { simd } = plan.arithmetic;
  // Without broadcasts from memory an input takes a register.
  const used = pixels * vectors + vectors + (simd.name === "avx2" ? 1 : 0);
  if (used > registerCount(simd) || unroll > plan.steps) return false;
  if (vectors > Math.ceil(plan.workload.outputs / simd.lanes)) return false;
  if (plan.block !== block || splitBlock(plan, plan.block).width !== pixels) return false;
  if (parallel === 1 && plan.channelBlocks === 1) return false;
  return fits(plan, device);
}

function fits({ scratchBytes, weightsBytes }: WinogradPlan, device: DeviceFingerprint): boolean {
  return scratchBytes <= scratchL2s * device.l2KiB * 1024 && weightsBytes <= cacheShare * device.l3KiB * 1024;
}

/** Whether there is a legal point at all: quicker than to look for the best. */
export function hasWinogradPoint(
  workload: WinogradWorkload,
  arithmetic: WinogradArithmetic,
  device: DeviceFingerprint,
): boolean {
  return seedPoints(winogradSpace(workload, arithmetic, device)).next().done !== true;
}

/** The point that the cost model likes best; undefined where none is legal. */
export function winogradSeed(
  workload: WinogradWorkload,
  arithmetic: WinogradArithmetic,
  device: DeviceFingerprint,
): Point | undefined {
  let best: { readonly point: Point; readonly cost: number } | undefined;
  for (const point of seedPoints(winogradSpace(workload, arithmetic, device))) {
    const cost = winogradCost(planOf(workload, arithmetic, point), device);
    if (best === undefined || cost < best.cost) best = { point, cost };
  }
  if (best === undefined) return undefined;
  // Few blocks of tiles: threads that share them out would leave some idle.
  const plan = planOf(workload, arithmetic, best.point);
  return plan.tileBlocks < 4 && plan.channelBlocks > 1 ? { ...best.point, parallel: 1 } : best.point;
}

/** The legal points that differ in what the cost model tells best. */
function* seedPoints(space: Space): Generator<Point> {
  const values = (name: string): readonly number[] =>
    space.parameters.find((parameter) => parameter.name === name)?.values ?? [];
  for (const tile of values("tile"))
    for (const block of values("block"))
      for (const vectors of values("vectors"))
        for (const pixels of values("pixels")) {
          const point = { tile, pixels, vectors, block, unroll: 2, prefetch: 1, parallel: 0 };
          if (space.legal(point)) yield point;
        }
}
