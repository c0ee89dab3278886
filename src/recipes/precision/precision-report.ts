import type { PrecisionGroup } from "../../../targets/index.ts";
import type { PrecisionGroupReport, PrecisionReport, RewriteReport } from "../../events.ts";
import type { Point, TrialRecord } from "../../schedule/index.ts";
import { pointText, trialScore } from "../../schedule/index.ts";
import type { PrecisionChoice, PrecisionSpace } from "./precision-space.ts";
import { triedMixtures } from "./tried-mixtures.ts";

/** What was chosen among, and what is known of it. */
export interface PrecisionEvidence {
  readonly space: Pick<PrecisionSpace, "groups" | "alternatives">;
  /** Of the groups, in their order. */
  readonly times: readonly PrecisionGroup[];
  readonly trials: readonly TrialRecord[];
}

/** Tells of each group and of each other spelling what was decided, and by which times. */
export function explainPrecision(
  evidence: PrecisionEvidence,
  chosen: PrecisionChoice,
  reason: string,
): PrecisionReport {
  const { space, times, trials } = evidence;
  const { groups, alternatives } = space;
  const trialOf = trialFinder(evidence);
  const found = trialOf(chosen);
  const otherwise = (other: PrecisionChoice): number | undefined => {
    const trial = trialOf(other);
    return found === undefined || trial === undefined ? undefined : trialScore(trial) / trialScore(found);
  };
  const { int8: kept, rewrites: taken } = chosen;
  const reports = groups.map(({ name, units }, place): PrecisionGroupReport => {
    const { floatNs, int8Ns } = times[place] as PrecisionGroup;
    const factor = otherwise({ ...chosen, int8: toggled(kept, name) });
    const precision = kept.has(name) ? "int8" : "float";
    return {
      ...{ name, layers: units.map(({ nodes }) => nodes[0] ?? ""), precision, floatNs, int8Ns },
      ...(factor === undefined ? {} : { otherwise: factor }),
      reason: reasonOf(precision, floatNs, int8Ns, factor),
    };
  });
  const rewrites = alternatives.map(({ name, summary, places }): RewriteReport => {
    const factor = otherwise({ ...chosen, rewrites: toggled(taken, name) });
    const own = { name, summary, places, taken: taken.has(name) };
    return {
      ...own,
      ...(factor === undefined ? {} : { otherwise: factor }),
      reason: rewriteReason(own.taken, factor, triedWith(trials, name)),
    };
  });
  const none = new Set<string>();
  const nsOf = (choice: PrecisionChoice): number | undefined => trialOf(choice)?.ns?.min;
  const int8Ns = nsOf({ int8: new Set(groups.map(({ name }) => name)), rewrites: none });
  const [floatNs, chosenNs] = [nsOf({ int8: none, rewrites: none }), nsOf(chosen)];
  return {
    groups: reports,
    ...(rewrites.length === 0 ? {} : { rewrites }),
    tried: new Set(trials.map(({ point, code }) => `${code} ${pointText(point)}`)).size,
    failed: trials.filter(({ status }) => status !== "ok").length,
    mixtures: triedMixtures(groups, trials, alternatives),
    ...(int8Ns === undefined ? {} : { int8Ns }),
    ...(floatNs === undefined ? {} : { floatNs }),
    ...(chosenNs === undefined ? {} : { chosenNs }),
    reason,
  };
}

/** What finds the trial of a choice. */
function trialFinder({ space, trials }: PrecisionEvidence): (choice: PrecisionChoice) => TrialRecord | undefined {
  const { groups, alternatives } = space;
  const pointOf = ({ int8, rewrites }: PrecisionChoice): Point =>
    Object.fromEntries([
      ...(int8.size === 0 ? [] : groups.map(({ name }) => [name, Number(int8.has(name))] as const)),
      ...alternatives.map(({ name }) => [name, Number(rewrites.has(name))] as const),
    ]);
  return (choice) => {
    const text = pointText(pointOf(choice));
    return trials.find(({ point, status }) => status === "ok" && pointText(point) === text);
  };
}

function toggled(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const other = new Set(names);
  if (!other.delete(name)) other.add(name);
  return other;
}

/** How many mixtures were timed in a spelling. */
function triedWith(trials: readonly TrialRecord[], name: string): number {
  return new Set(
    trials.filter(({ point, status }) => status === "ok" && point[name] === 1).map(({ point }) => pointText(point)),
  ).size;
}

/** What is told of it: a line for the whole, one for each group, and one for each other spelling. */
export function describePrecision({ groups, rewrites, reason, tried, failed }: PrecisionReport): readonly string[] {
  const left = groups.filter(({ precision }) => precision === "float").length;
  const whole =
    left === 0
      ? "all layers stay INT8"
      : left === groups.length
        ? "no layer gains by INT8"
        : "INT8 and float are mixed";
  const failures = failed === 0 ? "" : `, ${failed} failed`;
  return [
    `precision: ${whole}: ${reason}; ${tried} mixtures known${failures}`,
    ...groups.map(
      ({ name, layers, precision, floatNs, int8Ns, reason: why }) =>
        `  ${precision === "int8" ? "INT8 " : "float"} ${name}, ${layers.length} layer${layers.length === 1 ? "" : "s"}` +
        `${floatNs + int8Ns === 0 ? "" : ` (${milliseconds(floatNs)} ms float, ${milliseconds(int8Ns)} ms INT8)`}: ${why}`,
    ),
    ...(rewrites ?? []).map(
      ({ name, places, taken, reason: why }) =>
        `  ${taken ? "taken" : "left "} ${name}, ${places} place${places === 1 ? "" : "s"}: ${why}`,
    ),
  ];
}

function milliseconds(ns: number): string {
  return (ns / 1e6).toFixed(3);
}

function reasonOf(
  precision: PrecisionGroupReport["precision"],
  floatNs: number,
  int8Ns: number,
  otherwise: number | undefined,
): string {
  const other = precision === "int8" ? "in float" : "in INT8";
  if (otherwise !== undefined) return differenceText(otherwise, `with it ${other}`);
  if (floatNs > 0 && int8Ns > 0)
    return `in float its layers alone take ${(floatNs / int8Ns).toFixed(2)}x as long; no mixture was timed that differs in it alone`;
  return "not told apart: no mixture was timed that differs in it alone";
}

function rewriteReason(taken: boolean, otherwise: number | undefined, tried: number): string {
  if (otherwise !== undefined) return differenceText(otherwise, taken ? "without it" : "with it");
  if (taken) return "not told apart: the network was timed only with it";
  if (tried === 0) return "not tried";
  return `no mixture with it was the best: ${tried} ${tried === 1 ? "was" : "were"} timed`;
}

/** A difference above this share is more than noise in a single trial. */
const noisyShare = 0.02;

function differenceText(otherwise: number, how: string): string {
  if (otherwise >= 1) return `the network takes ${percent(otherwise - 1)} longer ${how}`;
  const why = 1 - otherwise > noisyShare ? "was not borne out by the race of the best" : "is no more than noise";
  return `${how} the network took ${percent(1 - otherwise)} less in a trial, which ${why}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
