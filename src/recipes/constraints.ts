import type { CompileOptions } from "../config/index.ts";
import { parseDuration, parseEnergy, parseSize } from "../config/index.ts";
import type { ConstraintReport } from "../events.ts";
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
  /** A value for people. */
  format(value: number): string;
}

/** What a candidate reaches of a constraint. */
export interface ConstraintVerdict {
  readonly constraint: Constraint;
  readonly met: boolean;
  readonly value: number | undefined;
  /** By which share the limit is missed; infinite where nothing was measured. */
  readonly missedBy: number;
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
  const { maxSize, maxLatency, percentile, maxMemory, minThroughput, maxEnergy, failIfSlower } = options;
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
            format: megabytes,
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
            format: (uj: number) => `${(uj / 1e3).toFixed(3)} mJ`,
          },
        ]),
    ...(failIfSlower ? [fasterThanOriginal] : []),
  ];
}

function sizeConstraint(maxSize: string): Constraint {
  return {
    ...{ text: `--max-size ${maxSize}`, quantity: "size", bound: "at most", limit: parseSize(maxSize) },
    valueOf: ({ bytes }) => bytes,
    format: (bytes) => `${bytes} bytes`,
  };
}

const fasterThanOriginal: Constraint = {
  ...{ text: "--fail-if-slower", quantity: "sure speed against the original", bound: "more than", limit: 1 },
  valueOf: ({ timings, isOriginal }) => (isOriginal ? 1 : least(timings.map(({ low }) => low))),
  format: (ratio) => `${ratio.toFixed(3)}x`,
};

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function worst(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length < values.length || known.length === 0 ? undefined : Math.max(...known);
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values);
}

/** What a candidate reaches of each constraint. */
export function judge(candidate: Candidate, constraints: readonly Constraint[]): readonly ConstraintVerdict[] {
  return constraints.map((constraint) => {
    const value = constraint.valueOf(candidate);
    if (value === undefined) return { constraint, value, met: false, missedBy: Infinity };
    const { bound, limit } = constraint;
    const met = bound === "at most" ? value <= limit : bound === "at least" ? value >= limit : value > limit;
    const missedBy = met ? 0 : bound === "at most" ? value / limit - 1 : 1 - value / limit;
    return { constraint, value, met, missedBy };
  });
}

/** The constraints that a candidate does not meet, in words; undefined when it meets all. */
export function violation(candidate: Candidate, constraints: readonly Constraint[]): string | undefined {
  const broken = judge(candidate, constraints).filter(({ met }) => !met);
  return broken.length === 0 ? undefined : broken.map(missText).join(", ");
}

/** `median latency 0.500 ms misses --max-latency 0.4ms by 25.0 %`. */
function missText({ constraint, value, missedBy }: ConstraintVerdict): string {
  const { text, quantity, format } = constraint;
  if (value === undefined) return `${quantity} was not measured, and ${text} asks for it`;
  const share = missedBy === 0 ? "" : ` by ${(missedBy * 100).toFixed(missedBy < 0.1 ? 2 : 0)} %`;
  return `${quantity} ${format(value)} misses ${text}${share}`;
}

/** Why none of the candidates will do: what each misses, and which comes closest. */
export function unmetText(candidates: readonly Candidate[], constraints: readonly Constraint[]): string {
  const misses = candidates.map((candidate) => ({
    name: candidate.name,
    words: violation(candidate, constraints) ?? "",
    most: Math.max(...judge(candidate, constraints).map(({ missedBy }) => missedBy)),
  }));
  const closest = misses.reduce((best, each) => (each.most < best.most ? each : best));
  const told = misses.map(({ name, words }) => `${name}: ${words}`).join("; ");
  return misses.length === 1 || closest.most === Infinity ? told : `${told}; ${closest.name} comes closest`;
}

/** What each form reaches of each constraint; `written` is the one that counts. */
export function reportConstraints(
  candidates: readonly Candidate[],
  constraints: readonly Constraint[],
  written: string,
): readonly ConstraintReport[] {
  return constraints.map((constraint) => {
    const forms = candidates.map((candidate) => {
      const [{ met, value, missedBy }] = judge(candidate, [constraint]) as readonly [ConstraintVerdict];
      return {
        ...{ form: candidate.name, met, text: value === undefined ? "not measured" : constraint.format(value) },
        ...(value === undefined ? {} : { value }),
        ...(met || !Number.isFinite(missedBy) ? {} : { missedBy }),
      };
    });
    const met = forms.find(({ form }) => form === written)?.met ?? false;
    return { constraint: constraint.text, quantity: constraint.quantity, met, forms };
  });
}
