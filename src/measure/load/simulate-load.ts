import type { LoadMachine } from "./run-load.ts";

/** Nanoseconds of batches of some sizes, ascending by size. */
export type ServiceTimes = readonly { readonly batch: number; readonly ns: number }[];

/** Nanoseconds of a batch: between two known sizes along the line, beyond the last in proportion. Throws RangeError without any. */
export function serviceNs(times: ServiceTimes, batch: number): number {
  const above = times.findIndex((known) => known.batch >= batch);
  const last = times.at(-1);
  if (last === undefined) throw new RangeError("no service time is known");
  if (above < 0) return (last.ns * batch) / last.batch;
  const high = times[above] as ServiceTimes[number];
  const low = times[above - 1];
  if (low === undefined || high.batch === batch) return high.ns;
  return low.ns + ((high.ns - low.ns) * (batch - low.batch)) / (high.batch - low.batch);
}

/** A machine whose time passes only by waiting: a discrete-event simulation. */
export function simulatedMachine(instances: number, serviceOf: (size: number) => number): LoadMachine {
  let now = 0;
  const ends = new Map<number, { readonly ns: number; readonly done: () => void }>();
  return {
    instances,
    now: () => now,
    start: (instance, size, done) => void ends.set(instance, { ns: now + serviceOf(size), done }),
    wait: (untilNs = Infinity) => {
      const first = [...ends.values()].reduce((least, { ns }) => Math.min(least, ns), untilNs);
      if (!Number.isFinite(first)) throw new Error("nothing will happen any more");
      now = Math.max(now, first);
      for (const [instance, { ns, done }] of ends)
        if (ns <= now) {
          ends.delete(instance);
          done();
        }
      return Promise.resolve();
    },
  };
}
