import type { ConstraintReport } from "../../events.ts";
import { formatMiss } from "../../report/index.ts";
import type { Candidate } from "./candidate.ts";
import type { Constraint } from "./constraints.ts";

/** What a candidate reaches of a constraint. */
interface ConstraintVerdict {
  readonly constraint: Constraint;
  readonly met: boolean;
  readonly value: number | undefined;
  /** The value for people. */
  readonly text: string;
  /** By which share the limit is missed; infinite where nothing was measured. */
  readonly missedBy: number;
}

/** What a candidate reaches of each constraint. */
function judge(candidate: Candidate, constraints: readonly Constraint[]): readonly ConstraintVerdict[] {
  return constraints.map((constraint) => {
    const value = constraint.valueOf(candidate);
    if (value === undefined) return { constraint, value, text: "not measured", met: false, missedBy: Infinity };
    const { bound, limit } = constraint;
    const met = bound === "at most" ? value <= limit : bound === "at least" ? value >= limit : value > limit;
    const missedBy = met ? 0 : bound === "at most" ? value / limit - 1 : 1 - value / limit;
    return { constraint, value, text: constraint.format(value, candidate), met, missedBy };
  });
}

/** The constraints that a candidate does not meet, in words; undefined when it meets all. */
export function violation(candidate: Candidate, constraints: readonly Constraint[]): string | undefined {
  const broken = judge(candidate, constraints).filter(({ met }) => !met);
  return broken.length === 0 ? undefined : broken.map(missText).join(", ");
}

/** `median latency 0.500 ms misses --max-latency 0.4ms (off by 25 %)`. */
function missText({ constraint, value, text, missedBy }: ConstraintVerdict): string {
  const { quantity } = constraint;
  if (value === undefined) return `${quantity} was not measured, and ${constraint.text} asks for it`;
  return `${quantity} ${text} misses ${constraint.text}${missedBy === 0 ? "" : ` (${formatMiss(missedBy)})`}`;
}

/**
 * Why none of the candidates will do: for each constraint that one of them misses what each reaches, and which comes
 * closest to meeting all.
 */
export function unmetText(candidates: readonly Candidate[], constraints: readonly Constraint[]): string {
  const judged = candidates.map((candidate) => ({ name: candidate.name, verdicts: judge(candidate, constraints) }));
  const told = constraints.flatMap((constraint, i) => {
    const reached = judged.map(({ name, verdicts }) => ({ name, ...(verdicts[i] as ConstraintVerdict) }));
    if (reached.every(({ met }) => met)) return [];
    const words = reached.map(
      ({ name, text, met, missedBy }) =>
        `${name} ${text}${met || missedBy === 0 || missedBy === Infinity ? "" : ` (${formatMiss(missedBy)})`}`,
    );
    return `${constraint.text}: ${constraint.quantity} of ${words.join(", ")}`;
  });
  const most = ({ verdicts }: (typeof judged)[number]): number =>
    Math.max(...verdicts.map(({ met, missedBy }) => (met ? 0 : Math.max(missedBy, Number.MIN_VALUE))));
  const closest = judged.reduce((best, each) => (most(each) < most(best) ? each : best));
  const isClear = judged.length > 1 && most(closest) < Infinity;
  return [...told, ...(isClear ? [`closest: ${closest.name}`] : [])].join("; ");
}

/** What each form reaches of each constraint; `written` is the one that counts. */
export function reportConstraints(
  candidates: readonly Candidate[],
  constraints: readonly Constraint[],
  written: string,
): readonly ConstraintReport[] {
  return constraints.map((constraint) => {
    const forms = candidates.map((candidate) => {
      const [{ met, value, text, missedBy }] = judge(candidate, [constraint]) as readonly [ConstraintVerdict];
      return {
        ...{ form: candidate.name, met, text },
        ...(value === undefined ? {} : { value }),
        ...(met || !Number.isFinite(missedBy) ? {} : { missedBy }),
      };
    });
    const met = forms.find(({ form }) => form === written)?.met ?? false;
    return { constraint: constraint.text, quantity: constraint.quantity, met, forms };
  });
}
