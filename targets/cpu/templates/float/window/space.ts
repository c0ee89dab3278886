import type { DeviceFingerprint, Point } from "../../../../../src/schedule/record.ts";
import type { MachineFigures, Space } from "../../../../../src/schedule/template.ts";
import type { Simd } from "../../bytes/simd.ts";
import { bandwidth, coreOf } from "../core.ts";
import { registerCount, vectorBytes } from "../vectors.ts";
import type { WindowWorkload } from "./plan.ts";
import { planWindow, tileInputs, windowPoint } from "./plan.ts";

/** Bytes of a line, and sets of lines of the first cache. */
const [lineBytes, lineSets] = [64, 64];

/** Most products of a tile, for the size of its code. */
const mostTaps = 1200;

/** All values of the parameters; `temporaries` are registers that must be left when results are complete. */
export function windowSpace(workload: WindowWorkload, simd: Simd, temporaries: number): Space {
  const vectors = Math.ceil(workload.channels / simd.lanes);
  return {
    parameters: [
      { name: "pixels", values: [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14].filter((count) => count <= workload.columns) },
      { name: "tileRows", values: [1, 2, 4].filter((rows) => workload.rows % rows === 0) },
      { name: "channelBlock", values: [0, 1, 2, 4, 8, 16].filter((count) => count < vectors) },
    ],
    legal: (values) => {
      const point = windowPoint(values);
      const outputs = point.pixels * point.tileRows;
      const [kh, kw] = workload.window.kernel;
      // AVX2 keeps a mask in a register where channels do not fill a vector.
      const masks = simd.name === "avx2" && workload.channels % simd.lanes > 0 ? 1 : 0;
      if (outputs + Math.max(2, temporaries) + masks > registerCount(simd)) return false;
      if (outputs > 1 && outputs * kh * kw > mostTaps) return false;
      return planWindow(workload, point, simd).tiles.width === point.pixels;
    },
  };
}

/** Predicted nanoseconds on one thread; `weights` says whether each element under a window has a factor of its own. */
export function windowCost(
  workload: WindowWorkload,
  values: Point,
  simd: Simd,
  device: DeviceFingerprint,
  { weights, figures }: { readonly weights: boolean; readonly figures?: MachineFigures | undefined },
): number {
  const core = coreOf(device, figures);
  const point = windowPoint(values);
  const { tiles, units, blocks, blockVectors } = planWindow(workload, point, simd);
  const vectors = Math.ceil(workload.channels / simd.lanes);
  const [kh, kw] = workload.window.kernel;
  // Filter rows that are in use at a time stay in registers; products take what does not fit from memory.
  const wanted = kw * Math.min(kh, point.tileRows);
  const weightLoads = (outputs: number, taps: number): number => {
    const share = Math.min(1, (registerCount(simd) - outputs - 1) / wanted);
    return outputs + share * kh * kw + (1 - share) * taps;
  };
  let tileCycles = 0;
  for (const [width, count] of [
    [tiles.width, tiles.wide],
    [tiles.width - 1, tiles.narrow],
  ] as const) {
    if (count === 0) continue;
    const outputs = width * point.tileRows;
    const taps = outputs * kh * kw;
    const loads = tileInputs(workload, point.tileRows, width).length + (weights ? weightLoads(outputs, taps) : 0);
    const chain = kh * kw * core.latency;
    tileCycles += count * (Math.max(taps / core.fmas, loads / (0.8 * core.loads), chain * 0.7) + outputs * 1.2 + 5);
  }
  const inputBytes = 4 * workload.x.row * (workload.rows * workload.window.stride[0] + kh - 1);
  // Rows of x that neighbouring rows of output share come from the first cache only if a block's rows fit there.
  const rowBytes = 4 * workload.x.row * (Math.min(blockVectors, vectors) / vectors);
  const reach = point.tileRows * workload.window.stride[0] + (kh - 1) * workload.window.dilation[0];
  // Lines a power of two apart share few sets of the first cache.
  const pixelLines = Math.max(1, Math.round((4 * workload.x.pixel) / lineBytes));
  const reached = Math.min(1, blockVectors / Math.min(lineSets, pixelLines & -pixelLines));
  const room = device.l1dKiB * 1024 * 0.7 * reached;
  const again = rowBytes * reach < room ? 0 : reach / (point.tileRows * workload.window.stride[0]) - 1;
  const traffic =
    inputBytes / bandwidth(core, device, inputBytes) + (again * inputBytes) / bandwidth(core, device, rowBytes * reach);
  const partial = blockVectors * vectorBytes(simd) < 256 && blocks > 0 ? 1.1 : 1;
  return (units * vectors * tileCycles + traffic * partial) / core.gigahertz;
}

/** The point that the cost model likes best. */
export function windowSeed(
  workload: WindowWorkload,
  simd: Simd,
  device: DeviceFingerprint,
  options: { readonly temporaries: number; readonly weights: boolean },
): Point {
  const space = windowSpace(workload, simd, options.temporaries);
  const [pixels, tileRows, channelBlock] = space.parameters.map(({ values }) => values) as [
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  const points = pixels.flatMap((width) =>
    tileRows.flatMap((rows) =>
      channelBlock.map((block): Point => ({ pixels: width, tileRows: rows, channelBlock: block })),
    ),
  );
  let best: { readonly point: Point; readonly cost: number } | undefined;
  for (const point of points) {
    if (!space.legal(point)) continue;
    const cost = windowCost(workload, point, simd, device, { weights: options.weights });
    if (best === undefined || cost < best.cost) best = { point, cost };
  }
  if (best === undefined) throw new Error("no legal tile for a window");
  return best.point;
}
