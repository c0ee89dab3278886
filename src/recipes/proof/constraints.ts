import type { CompileOptions } from "../../config/index.ts";
import { parseDuration, parseEnergy, parseSize } from "../../config/index.ts";
import { formatBytes } from "../../report/index.ts";
import type { Candidate } from "./candidate.ts";
import { throughputOf } from "./candidate.ts";

/** A demand on the form that is written. */
export interface Constraint {
  /** As it was given: `--max-latency 5ms`. */
  readonly text: string;
  /** What is bounded: `median latency`. */
  readonly quantity: string;
  readonly limit: number;
  readonly bound: "at most" | "at least" | "more than";
  /** The worst value over thread counts; undefined where it was not measured. */
  valueOf(candidate: Candidate): number | undefined;
  /** A value of a candidate for people. */
  format(value: number, candidate: Candidate): string;
}

const milliseconds = (ns: number): string => `${(ns / 1e6).toFixed(3)} ms`;

const percentiles = {
  p50: { words: "median", of: "medianNs" },
  p90: { words: "p90", of: "p90Ns" },
  p95: { words: "p95", of: "p95Ns" },
  p99: { words: "p99", of: "p99Ns" },
} as const;

/** What the options demand of the form that is written. Timed quantities must hold at every thread count that is timed. */
export function constraintsOf(options: CompileOptions): readonly Constraint[] {
  const { maxSize, maxLatency, percentile, maxMemory, minThroughput, maxEnergy, failIfSlower, baseline } = options;
  const { words, of } = percentiles[percentile];
  return [
    ...(maxSize === undefined ? [] : [sizeConstraint(maxSize)]),
    ...(maxLatency === undefined
      ? []
      : [
          {
            ...{ text: `--max-latency ${maxLatency}`, quantity: `${words} latency`, bound: "at most" as const },
            limit: parseDuration(maxLatency) * 1e6,
            valueOf: ({ timings }: Candidate) => worst(timings.map(({ latency }) => latency[of])),
            format: milliseconds,
          },
        ]),
    ...(maxMemory === undefined
      ? []
      : [
          {
            ...{ text: `--max-memory ${maxMemory}`, quantity: "session memory", bound: "at most" as const },
            limit: parseSize(maxMemory),
            valueOf: ({ memoryBytes }: Candidate) => memoryBytes,
            format: formatBytes,
          },
        ]),
    ...(minThroughput === undefined
      ? []
      : [
          {
            ...{ text: `--min-throughput ${minThroughput}`, quantity: "throughput", bound: "at least" as const },
            limit: minThroughput,
            valueOf: ({ timings }: Candidate) => least(timings.map(throughputOf)),
            format: (rate: number) => `${rate.toPrecision(4)} inferences/s`,
          },
        ]),
    ...(maxEnergy === undefined
      ? []
      : [
          {
            ...{ text: `--max-energy ${maxEnergy}`, quantity: "energy", bound: "at most" as const },
            limit: parseEnergy(maxEnergy),
            valueOf: ({ energy }: Candidate) => energy?.uj,
            format: (uj: number, { energy }: Candidate) =>
              `${(uj / 1e3).toFixed(3)} mJ${energy?.source === "estimate" ? " (estimate)" : ""}`,
          },
        ]),
    // With a baseline, that is what the result must not be slower than.
    ...(failIfSlower && baseline === undefined ? [fasterThanOriginal] : []),
  ];
}

function sizeConstraint(maxSize: string): Constraint {
  return {
    ...{ text: `--max-size ${maxSize}`, quantity: "size", bound: "at most", limit: parseSize(maxSize) },
    valueOf: ({ bytes }) => bytes,
    format: formatBytes,
  };
}

const fasterThanOriginal: Constraint = {
  ...{ text: "--fail-if-slower", quantity: "sure speed against the original", bound: "more than", limit: 1 },
  valueOf: ({ timings, isOriginal }) => (isOriginal ? 1 : least(timings.map(({ low }) => low))),
  format: (ratio) => `${ratio.toFixed(3)}x`,
};

function worst(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length < values.length || known.length === 0 ? undefined : Math.max(...known);
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values);
}
