import type { CompileReport, FormReport } from "../../events.ts";
import { constraintRows } from "../constraints.ts";
import { isEstimate, leastCost } from "../form-table.ts";
import { counted, formatBytes, formatCost, formatEnergy } from "../format.ts";
import type { Bar } from "./charts.ts";
import { barChart, table } from "./charts.ts";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";
import { section } from "./section.ts";

/** The form that was written. */
export function written({ forms, output }: CompileReport): FormReport | undefined {
  return forms.find(({ name }) => name === output.form);
}

/** A number that stands out, with what it is. */
export function figure(value: string, words: string): Markup {
  return html`<div><b>${value}</b>${words}</div> `;
}

/** Memory, energy and cost of the written form, as far as they are known, each against the original. */
export function resourceFigures(report: CompileReport): readonly Markup[] {
  const [mine, original] = [written(report), report.forms.find(({ name }) => name === "original")];
  if (mine === undefined) return [];
  const was = (text: string | undefined): string => (text === undefined || mine === original ? "" : `, was ${text}`);
  const bytes = original?.memoryBytes;
  const [cost, before] = [leastCost(mine), original && leastCost(original)];
  return [
    ...(mine.memoryBytes === undefined
      ? []
      : [
          figure(
            formatBytes(mine.memoryBytes),
            `session memory${was(bytes === undefined ? bytes : formatBytes(bytes))}`,
          ),
        ]),
    ...(mine.energy === undefined
      ? []
      : [
          figure(
            formatEnergy(mine.energy.uj),
            `energy of an inference (${mine.energy.source})${was(original?.energy && formatEnergy(original.energy.uj))}`,
          ),
        ]),
    ...(cost === undefined
      ? []
      : [
          figure(
            formatCost(cost.cost),
            `cost of a million inferences at ${counted(cost.threads, "thread")}${was(before && formatCost(before.cost))}`,
          ),
        ]),
  ];
}

/** What was set on the machine, and how warm it was. */
export function machineText({ machine }: CompileReport): string {
  if (machine === undefined) return "";
  const { governors, turbo, celsius } = machine;
  const parts = [
    ...(governors === undefined ? [] : [`governor ${governors.join(", ")}`]),
    ...(turbo === undefined ? [] : [turbo ? "turbo on" : "turbo off"]),
    ...(celsius === undefined ? [] : [`${celsius.toFixed(0)} °C`]),
  ];
  return `${parts.join(", ")}.`;
}

/** Each constraint, and whether each form meets it. */
export function constraints(report: CompileReport): Markup {
  if (report.constraints.length === 0) return html``;
  const [header = [], ...rows] = constraintRows(report);
  return section(
    "Constraints",
    html`<p>Best by ${report.objective} among the forms that meet all of them.</p> `,
    table(header, rows, { textColumns: 2 }),
  );
}

/** How the result stands against the model that was shipped last. */
export function baseline({ baseline: part }: CompileReport): Markup {
  if (part === undefined) return html``;
  const failed = part.checks.filter(({ ok }) => !ok).length;
  return section(
    "Against the last release",
    html`<p>
      <strong class="${failed === 0 ? "good" : "bad"}"
        >${failed === 0 ? "Holds." : `${counted(failed, "check")} failed.`}</strong
      >
      The last release is <code>${part.file}</code>.
    </p> `,
    table(
      ["check", "detail", ""],
      part.checks.map(({ name, ok, detail }) => [name, detail, ok ? "\u2713" : "\u2717"]),
      { textColumns: 2 },
    ),
  );
}

/** Memory, energy and cost of every form, a chart each, as far as they are known. */
export function resources(all: readonly FormReport[], form: string): readonly Markup[] {
  const chart = (
    title: string,
    valueOf: (form: FormReport) => number | undefined,
    format: (value: number) => string,
  ): Markup =>
    barChart(
      title,
      all.flatMap((each): readonly Bar[] => {
        const value = valueOf(each);
        return value === undefined
          ? []
          : [{ label: each.name, value, text: format(value), strong: each.name === form }];
      }),
    );
  return [
    chart("Memory of a session at its peak", ({ memoryBytes }) => memoryBytes, formatBytes),
    chart(`Energy of an inference${isEstimate(all) ? ", estimated" : ""}`, ({ energy }) => energy?.uj, formatEnergy),
    chart("Cost of a million inferences, one after the other", (each) => leastCost(each)?.cost, formatCost),
  ];
}
