import type { CompileReport, FormReport } from "../../events.ts";
import { constraintRows } from "../constraints.ts";
import { leastCost, resourceTable } from "../form-table.ts";
import { counted, formatBytes, formatCost, formatEnergy } from "../format.ts";
import { table } from "./charts.ts";
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

/** Memory, energy and cost of every form. */
export function resources(all: readonly FormReport[], form: string): Markup | undefined {
  const { header, rows } = resourceTable(all);
  if (header.length === 0) return undefined;
  const strong = all.findIndex(({ name }) => name === form);
  const cells = all.map(({ name }, i) => [name, ...(rows[i] ?? [])]);
  return table(["form", ...header], cells, { strong });
}
