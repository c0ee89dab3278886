import type { Json } from "./canonical-json.ts";
import { canonicalJson } from "./canonical-json.ts";
import { trialScore } from "./cache.ts";
import { pointText } from "./key.ts";
import type { Point, ScheduleRecord, TrialRecord, Workload } from "./record.ts";

/** What a member counts that one workload has and the other lacks or has as another text: as a factor of e. */
const mismatch = 1;

/** The leaves of plain data by their paths. */
function leavesOf(value: Json | undefined, path: string, into: Map<string, string | number>): void {
  if (value !== null && typeof value === "object")
    for (const [key, member] of Object.entries(value)) leavesOf(member as Json | undefined, `${path}/${key}`, into);
  else if (value !== undefined) into.set(path, typeof value === "number" ? value : String(value));
}

/** The numbers and texts of a workload by their paths. */
export function workloadLeaves(workload: Workload): ReadonlyMap<string, string | number> {
  const leaves = new Map<string, string | number>();
  leavesOf(workload, "", leaves);
  return leaves;
}

/**
 * How unlike two workloads are: root of the sum of squares of log ratios of their numbers, and of {@link mismatch} for
 * each other difference. 0 for equal workloads.
 */
export function workloadDistance(a: Workload, b: Workload): number {
  const left = workloadLeaves(a);
  const right = workloadLeaves(b);
  let sum = 0;
  for (const path of new Set([...left.keys(), ...right.keys()])) {
    const [p, q] = [left.get(path), right.get(path)];
    if (typeof p === "number" && typeof q === "number")
      sum += Math.log((1 + Math.abs(p)) / (1 + Math.abs(q))) ** 2 + (Math.sign(p) * Math.sign(q) < 0 ? mismatch : 0);
    else if (p !== q) sum += mismatch ** 2;
  }
  return Math.sqrt(sum);
}

/** A point that was best for a workload like the one asked for. */
export interface RelatedPoint {
  /** `name@version` of the template. */
  readonly template: string;
  readonly point: Point;
}

/**
 * The best points of the `count` workloads nearest to one, of the same operation and of the given templates, nearest
 * first; times of other devices and thread counts count too, a little farther away. Points that occur twice come once.
 * The order of the records plays no part.
 */
export function nearestPoints(
  asked: { readonly workload: Workload; readonly threads: number },
  templates: readonly string[],
  records: readonly ScheduleRecord[],
  count: number,
): readonly RelatedPoint[] {
  const best = new Map<string, { readonly distance: number; readonly trial: TrialRecord }>();
  for (const trial of records) {
    if (trial.kind !== "trial" || trial.workload.op !== asked.workload.op || !templates.includes(trial.template))
      continue;
    if (!Number.isFinite(trialScore(trial))) continue;
    const known = best.get(trial.key);
    if (known === undefined) {
      const otherThreads = trial.threads === asked.threads ? 0 : mismatch / 2;
      best.set(trial.key, { distance: workloadDistance(asked.workload, trial.workload) + otherThreads, trial });
    } else if (isBetter(trial, known.trial)) best.set(trial.key, { ...known, trial });
  }
  const ordered = [...best].sort(
    ([keyA, a], [keyB, b]) => a.distance - b.distance || (keyA < keyB ? -1 : keyA > keyB ? 1 : 0),
  );
  const found = new Map<string, RelatedPoint>();
  for (const [, { trial }] of ordered) {
    if (found.size >= count) break;
    const { template, point } = trial;
    const text = canonicalJson({ template, point });
    if (!found.has(text)) found.set(text, { template, point });
  }
  return [...found.values()];
}

function isBetter(a: TrialRecord, b: TrialRecord): boolean {
  const [p, q] = [trialScore(a), trialScore(b)];
  return p === q ? pointText(a.point) < pointText(b.point) : p < q;
}
