import type { CompileReport, ConstraintReport } from "../events.ts";
import { formatMiss } from "./format.ts";

/** What the written form reaches of one constraint: `median latency 0.500 ms`, with the miss where it is one. */
export function reachedText({ quantity, forms }: ConstraintReport, written: string): string {
  const mine = forms.find(({ form }) => form === written);
  if (mine?.value === undefined) return `${quantity} was not measured`;
  return `${quantity} ${mine.text}${mine.missedBy === undefined ? "" : `, ${formatMiss(mine.missedBy)}`}`;
}

/** Lines of a summary: each constraint, whether the written form meets it, and what it reaches. */
export function summarizeConstraints({ constraints, output }: CompileReport): readonly string[] {
  return constraints.map(
    (each) => `${each.met ? "met" : "NOT met"}: ${each.constraint} (${reachedText(each, output.form)})`,
  );
}

/** A table of what each form reaches of each constraint; the first row is the header. */
export function constraintRows({ constraints, forms }: CompileReport): readonly (readonly string[])[] {
  const names = forms.map(({ name }) => name);
  return [
    ["constraint", "", ...names],
    ...constraints.map(({ constraint, quantity, forms: reached }) => [
      ...[constraint, quantity],
      ...names.map((name) => {
        const mine = reached.find(({ form }) => form === name);
        if (mine === undefined) return "-";
        const missed = mine.missedBy === undefined ? "" : ` ${formatMiss(mine.missedBy)}`;
        return `${mine.text} ${mine.met ? "\u2713" : "\u2717"}${missed}`;
      }),
    ]),
  ];
}
