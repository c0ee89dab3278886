import type { DeviceFingerprint } from "../../../src/schedule/record.ts";
import type { ChannelBlocks } from "./igemm/geometry.ts";

/** What threads may share out of a product. */
export interface SharedAxes {
  /** Rows of tiles, or tiles. */
  readonly units: number;
  /** Slices of output channels; where there is one, its blocks are shared out. */
  readonly slices: number;
  readonly blocks: ChannelBlocks;
  /** Packed weights, and inputs. */
  readonly weightsBytes: number;
  readonly inputBytes: number;
}

/** By how much one way must be shared out more evenly than the other to be taken against the rules. */
const evener = 1.032;

/** More threads than these have no say: what is best for them is left to the tuner. */
const mostThreads = 8;

/**
 * The better of the two ways to share a product out, as a point's `parallel`: 0 by units, 1 by channels. By channels no
 * thread reads the weights of another: better where there are few units, or where the weights are more than the second
 * cache holds and than the inputs. But the way in which the busiest thread has clearly less to do wins (measured on Zen 5:
 * up to 20 % where five blocks are shared out to two threads).
 */
export function sharedAxis(axes: SharedAxes, device: DeviceFingerprint): 0 | 1 {
  const { units, slices, blocks, weightsBytes, inputBytes } = axes;
  const channels = slices > 1 ? slices : blocks.full + (blocks.restVectors > 0 ? 1 : 0);
  if (channels === 1) return 0;
  const threads = Math.min(mostThreads, Math.max(2, device.cores));
  const byUnits = Math.ceil(units / threads) / units;
  const byChannels = slices > 1 ? Math.ceil(slices / threads) / slices : shareOfBlocks(blocks, channels, threads);
  const isHeavy = weightsBytes > device.l2KiB * 1024 && weightsBytes > inputBytes;
  const prefersChannels = channels >= 4 && (units < 16 || isHeavy);
  if (prefersChannels) return byUnits * evener < byChannels ? 0 : 1;
  return byChannels * evener < byUnits ? 1 : 0;
}

/** Share of all vectors in the largest piece: the first one, as only the last block can be narrow. */
function shareOfBlocks({ vectors, full, restVectors }: ChannelBlocks, count: number, threads: number): number {
  const piece = Math.ceil(count / threads);
  const first = Math.min(piece, full) * vectors + (piece > full ? restVectors : 0);
  return first / (full * vectors + restVectors);
}
