/** Streaming means of the channels of one value, which lie along one axis of its shape (negative counts from the end). */
export interface ChannelMeans {
  observe(values: ArrayLike<number>, shape: readonly number[]): void;
  /** One mean per channel; empty while nothing was observed. */
  read(): Float64Array;
}

/** Makes an observer of channel means; values that are not finite are left out. */
export function channelMeans(axis: number): ChannelMeans {
  let sums = new Float64Array(0);
  let counts = new Float64Array(0);
  return {
    observe: (values, shape) => {
      const at = axis < 0 ? axis + shape.length : axis;
      const channels = shape[at] ?? 1;
      const inner = shape.slice(at + 1).reduce((a, b) => a * b, 1);
      if (sums.length !== channels) {
        sums = new Float64Array(channels);
        counts = new Float64Array(channels);
      }
      for (let start = 0, block = 0; start < values.length; start += inner, block++) {
        const channel = block % channels;
        let sum = 0;
        let count = 0;
        for (let i = start; i < start + inner; i++) {
          const x = values[i] as number;
          if (!Number.isFinite(x)) continue;
          sum += x;
          count++;
        }
        sums[channel] = (sums[channel] as number) + sum;
        counts[channel] = (counts[channel] as number) + count;
      }
    },
    read: () => sums.map((sum, i) => sum / Math.max(1, counts[i] as number)),
  };
}
