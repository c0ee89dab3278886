import type { PackLoop } from "../../../src/codegen/index.ts";
import type { ChannelBlocks } from "./igemm/geometry.ts";
import type { Product } from "./igemm/product.ts";

/** Output channels whose weights stand at one distance, within blocks of channels. */
export interface ChannelRun {
  /** First weight in the constant, in elements. */
  readonly source: number;
  /** First block, and how many blocks have the same channels. */
  readonly block: number;
  readonly count: number;
  /** First channel within the block. */
  readonly channel: number;
  readonly channels: number;
  /** Channels of the block and what fills its last vector. */
  readonly width: number;
}

/** The channels of a slice: all full blocks at once and the rest, or each block's share of each part. */
export function channelRuns(
  { source: { parts, output }, outputs }: Pick<Product, "source" | "outputs">,
  { vectors, full, restChannels, restVectors }: ChannelBlocks,
  lanes: number,
): readonly ChannelRun[] {
  const channels = vectors * lanes;
  const runs = [
    { block: 0, count: full, channels, width: channels },
    { block: full, count: restVectors === 0 ? 0 : 1, channels: restChannels, width: restVectors * lanes },
  ].filter(({ count }) => count > 0);
  if (parts.length === 1)
    return runs.map((run) => ({ ...run, source: (parts[0] as number) + run.block * channels * output, channel: 0 }));
  const size = outputs / parts.length;
  return runs.flatMap((run) =>
    Array.from({ length: run.count }, (_, index) => run.block + index).flatMap((block) =>
      parts.flatMap((first, part): readonly ChannelRun[] => {
        const from = Math.max(block * channels, part * size);
        const to = Math.min(block * channels + run.channels, (part + 1) * size);
        const source = first + (from - part * size) * output;
        const place = { block, count: 1, channel: from - block * channels, width: run.width };
        return from < to ? [{ ...place, source, channels: to - from }] : [];
      }),
    ),
  );
}

/** Loops over `count` taps of the window, the last dimension first: one where they stand at one distance. */
export function tapLoops(
  { source: { taps }, window }: Pick<Product, "source" | "window">,
  count: number,
  bytes: number,
): readonly PackLoop[] {
  const columns = window.kernel[1];
  if (count <= columns || taps[0] === columns * taps[1]) return [{ count, source: taps[1], target: bytes }];
  return [
    { count: count / columns, source: taps[0], target: columns * bytes },
    { count: columns, source: taps[1], target: bytes },
  ];
}

/** Elements from the window's first tap to another, in the constant. */
export function tapSource({ source: { taps }, window }: Pick<Product, "source" | "window">, tap: number): number {
  const columns = window.kernel[1];
  return Math.floor(tap / columns) * taps[0] + (tap % columns) * taps[1];
}
