import { growthOf } from "./growth.ts";
import type { MemorySample } from "./memory.ts";

/** Something that was looked at. */
export interface Verdict {
  /** With its figures. */
  readonly what: string;
  readonly holds: boolean;
}

/** Bytes that malloc may have given out more for each session, as the slope of a line, where it is surely no noise. */
const leakPerSession = 512;

/** What the highest sample of the last third may be over the highest before: four heaps of JavaScript come and go. */
const rise = { resident: { share: 1.03, more: 16 * 2 ** 20 }, mappings: { share: 1.05, more: 8 } } as const;

/** The first samples, in which threads, code and arenas come into being. */
const warmUpShare = 1 / 3;

/**
 * Whether memory is flat. What malloc has given out tells a leak of a kilobyte a session; resident memory and mappings
 * tell what comes past malloc. Those fall when a garbage collector has had time, and rise again, so their peaks are
 * compared.
 */
export function judgeMemory(samples: readonly MemorySample[]): readonly Verdict[] {
  const third = Math.floor(samples.length / 3);
  const warm = samples.slice(Math.ceil(samples.length * warmUpShare));
  const verdicts = [judgePeaks("resident memory", samples, third, (s) => s.resident, rise.resident, mebibytes)];
  if (samples.every(({ mappings }) => mappings !== undefined))
    verdicts.push(judgePeaks("mappings", samples, third, (s) => s.mappings ?? 0, rise.mappings, String));
  const points = warm.flatMap(({ sessions, allocated }) =>
    allocated === undefined ? [] : [{ x: sessions, y: allocated }],
  );
  return points.length === 0 ? verdicts : [...verdicts, judgeSlope(points)];
}

function judgePeaks(
  name: string,
  samples: readonly MemorySample[],
  third: number,
  of: (sample: MemorySample) => number,
  { share, more }: { readonly share: number; readonly more: number },
  print: (value: number) => string,
): Verdict {
  const before = Math.max(...samples.slice(0, -third || undefined).map(of));
  const after = Math.max(...samples.slice(-third).map(of));
  const what = `${name} flat: at most ${print(after)} in the last third, ${print(before)} before`;
  return { what, holds: after <= before * share + more };
}

function judgeSlope(points: readonly { readonly x: number; readonly y: number }[]): Verdict {
  const { slope, uncertainty } = growthOf(points);
  const figures = `${slope.toFixed(0)} ± ${uncertainty.toFixed(0)} bytes more for each session`;
  return {
    what: `allocated memory flat: ${figures}, of at most ${leakPerSession}`,
    holds: slope <= leakPerSession || slope <= uncertainty,
  };
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
