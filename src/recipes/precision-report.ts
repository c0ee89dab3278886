import type { PrecisionGroup } from "../../targets/index.ts";
import type { PrecisionGroupReport, PrecisionReport } from "../events.ts";
import type { Point, TrialRecord } from "../schedule/index.ts";
import { pointText, trialScore } from "../schedule/index.ts";
import type { UnitGroup } from "./precision-units.ts";
import { triedMixtures } from "./tried-mixtures.ts";

/** Tells of each group what was decided, and by which times. `kept` are the groups in INT8. */
export function explainPrecision(
  groups: readonly UnitGroup[],
  times: readonly PrecisionGroup[],
  kept: ReadonlySet<string>,
  { reason, trials }: { readonly reason: string; readonly trials: readonly TrialRecord[] },
): PrecisionReport {
  const pointOf = (int8: ReadonlySet<string>): Point =>
    int8.size === 0 ? {} : Object.fromEntries(groups.map(({ name }) => [name, Number(int8.has(name))]));
  const trialOf = (int8: ReadonlySet<string>): TrialRecord | undefined => {
    const text = pointText(pointOf(int8));
    return trials.find(({ point, status }) => status === "ok" && pointText(point) === text);
  };
  const chosen = trialOf(kept);
  const reports = groups.map(({ name, units }, place): PrecisionGroupReport => {
    const { floatNs, int8Ns } = times[place] as PrecisionGroup;
    const other = new Set(kept);
    if (!other.delete(name)) other.add(name);
    const alternative = trialOf(other);
    const otherwise =
      chosen === undefined || alternative === undefined ? undefined : trialScore(alternative) / trialScore(chosen);
    const precision = kept.has(name) ? "int8" : "float";
    return {
      ...{ name, layers: units.map(({ nodes }) => nodes[0] ?? ""), precision, floatNs, int8Ns },
      ...(otherwise === undefined ? {} : { otherwise }),
      reason: reasonOf(precision, floatNs, int8Ns, otherwise),
    };
  });
  const nsOf = (int8: ReadonlySet<string>): number | undefined => trialOf(int8)?.ns?.min;
  const [int8Ns, floatNs, chosenNs] = [nsOf(new Set(groups.map(({ name }) => name))), nsOf(new Set()), nsOf(kept)];
  return {
    groups: reports,
    tried: new Set(trials.map(({ point, code }) => `${code} ${pointText(point)}`)).size,
    failed: trials.filter(({ status }) => status !== "ok").length,
    mixtures: triedMixtures(groups, trials),
    ...(int8Ns === undefined ? {} : { int8Ns }),
    ...(floatNs === undefined ? {} : { floatNs }),
    ...(chosenNs === undefined ? {} : { chosenNs }),
    reason,
  };
}

/** What is told of it: a line for the whole, and one for each group. */
export function describePrecision({ groups, reason, tried, failed }: PrecisionReport): readonly string[] {
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
  if (otherwise !== undefined)
    return otherwise >= 1
      ? `the network takes ${percent(otherwise - 1)} longer with it ${other}`
      : `with it ${other} the network takes ${percent(1 - otherwise)} less, which is no more than noise`;
  if (floatNs > 0 && int8Ns > 0)
    return `its layers take ${(floatNs / int8Ns).toFixed(2)}x as long in float; the network was timed with it only as it is`;
  return "not told apart: the network was timed with it only as it is";
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
