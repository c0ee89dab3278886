/** Resident memory of this process, once a second until `stop`. */
export function sampleMemory(): { stop(): readonly number[] } {
  const samples: number[] = [];
  const take = (): void => void samples.push(process.memoryUsage.rss());
  const timer = setInterval(take, 1000);
  return {
    stop: () => {
      clearInterval(timer);
      take();
      return samples;
    },
  };
}

/** The middle of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
