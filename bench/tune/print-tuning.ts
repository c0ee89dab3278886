import type { ThreadTimes, TuneResult } from "./measure-case.ts";

/** A model that could not be measured. */
export interface TuneFailure {
  readonly model: string;
  readonly error: string;
}

/** Slower than another by more than this is slower. */
const tolerance = 0.03;

/** What the figures come to. */
export interface TuneTotals {
  readonly models: number;
  /** Geometric mean of the speed against plain INT8, over models and thread counts. */
  readonly overInt8: number;
  /** The same against the faster of the peers, where they were asked for. */
  readonly overPeers: number | undefined;
  /** Models and thread counts at which what was written is slower than the better of original and plain INT8. */
  readonly slower: readonly string[];
  readonly slowerThanPeers: readonly string[];
  /** Models of which a second run measured something, or wrote other bytes. */
  readonly notReplayed: readonly string[];
}

/** Speed of what was written against the best of some contestants: within rounds, which load that comes and goes cannot bend. */
function againstBest({ against }: ThreadTimes, names: readonly string[]): number | undefined {
  const ratios = names.flatMap((name) => against[name]?.paired ?? []);
  return ratios.length === 0 ? undefined : Math.min(...ratios);
}

/**
 * Whether what was written is slower than one of some contestants: by pairs of the same rounds and by least times, since other
 * work on the machine bends one of the two, and surely not as fast.
 */
function isSlower({ against }: ThreadTimes, names: readonly string[]): boolean {
  return names.some((name) => {
    const speed = against[name];
    return speed !== undefined && speed.paired < 1 - tolerance && speed.ratio < 1 - tolerance && speed.pairedHigh < 1;
  });
}

/** Sums the results up. */
export function totalsOf(results: readonly TuneResult[]): TuneTotals {
  const all = results.flatMap(({ model, threads }) =>
    threads.map((times) => ({ label: `${model} at ${times.threads}t`, times })),
  );
  const below = (names: readonly string[]): string[] =>
    all.flatMap(({ label, times }) => (isSlower(times, names) ? [label] : []));
  const overPeers = all.flatMap(({ times }) => againstBest(times, ["ort", "nncf"]) ?? []);
  return {
    models: results.length,
    overInt8: geometricMean(all.flatMap(({ times }) => times.against["int8"]?.paired ?? [])),
    overPeers: overPeers.length === 0 ? undefined : geometricMean(overPeers),
    slower: below(["original", "int8"]),
    slowerThanPeers: below(["ort", "nncf"]),
    notReplayed: results.flatMap(({ model, warm }) => (warm.isSame && warm.measured === "replayed" ? [] : [model])),
  };
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

const columns = ["original", "int8", "ort", "nncf", "written"] as const;

/** The heading of the table. */
export function printHeader(): string {
  return `${"model".padEnd(28)} thr ${columns.map((name) => `${name} ms`.padStart(12)).join("")}   vs int8  vs peers  written (s, warm s)`;
}

/** The lines of one model. */
export function printResult({ model, threads, written, seconds, warm, failures }: TuneResult): string {
  const lines = threads.map((times) => {
    const cells = columns.map((name) => {
      const ns = times.times[name]?.minNs;
      return (ns === undefined ? "-" : (ns / 1e6).toFixed(3)).padStart(12);
    });
    const [int8, peers] = [times.against["int8"]?.paired, againstBest(times, ["ort", "nncf"])];
    const ratio = (value: number | undefined): string =>
      (value === undefined ? "-" : `${value.toFixed(3)}x`).padStart(8);
    return `${model.padEnd(28)} ${String(times.threads).padStart(3)} ${cells.join("")}  ${ratio(int8)}  ${ratio(peers)}  ${written} (${seconds.toFixed(0)}, ${warm.seconds.toFixed(1)}${warm.isSame ? "" : ", other bytes"}${warm.measured === "replayed" ? "" : `, measured ${warm.measured}`})`;
  });
  return [...lines, ...Object.entries(failures).map(([name, why]) => `  ${name}: ${why}`)].join("\n");
}

/** The totals as people read them. */
export function printTotals({ models, overInt8, overPeers, slower, slowerThanPeers, notReplayed }: TuneTotals): string {
  const none = (names: readonly string[]): string => (names.length === 0 ? "none" : names.join(", "));
  return [
    `${models} models; geometric mean over plain INT8 ${overInt8.toFixed(3)}x (asked: 1.05x)${overPeers === undefined ? "" : `, over the better peer ${overPeers.toFixed(3)}x (asked: 1.1x)`}`,
    `slower than the better of original and plain INT8 by more than 3 %: ${none(slower)}`,
    ...(overPeers === undefined ? [] : [`slower than a peer by more than 3 %: ${none(slowerThanPeers)}`]),
    `not replayed: ${none(notReplayed)}`,
  ].join("\n");
}
