import { printable } from "../diagnostics/index.ts";
import type { CompileReport } from "../events.ts";
import { constraintRows } from "./constraints.ts";
import { accuracyTable, resourceTable, timingTable } from "./form-table.ts";
import { formatBytes } from "./format.ts";
import type { Outcome } from "./outcome.ts";

/** Text in a cell of a Markdown table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** Rows as a Markdown table, the first as its header. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [header = [], ...rest] = rows.map((row) => row.map(cell));
  const rule = header.map((_, i) => (i === 0 ? "---" : "---:"));
  return [header, rule, ...rest].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** A compile as Markdown for the summary page of a CI job: verdict, forms, what needs attention. */
export function renderJobSummary(outcome: Outcome): string {
  if ("error" in outcome) {
    const { code, message, hint } = outcome.error;
    return `### infer-opt: ${printable(outcome.model)}\n\n**Failed** with ${code}: ${message}\n\n${hint}\n`;
  }
  const { report, exitCode } = outcome;
  const { model, output, choice, problems } = report;
  const attention = problems.filter(({ severity }) => severity !== "note");
  return [
    `### infer-opt: ${printable(model.file)}`,
    "",
    `**${exitCode === 0 ? "Passed" : `Failed with exit code ${exitCode}`}**: ${output.form} written; ${choice.reason}`,
    "",
    markdownTable(formRows(report)),
    "",
    ...(report.constraints.length === 0 ? [] : [markdownTable(constraintRows(report)), ""]),
    `${formatBytes(model.bytes)} -> ${formatBytes(output.bytes)}, ${model.nodes} -> ${output.nodes} nodes; ${report.target.device}, ${report.target.runtime}`,
    ...(attention.length === 0 ? [] : ["", ...attention.map(({ code, message }) => `- ${code}: ${message}`)]),
    "",
  ].join("\n");
}

function formRows({ forms, output }: CompileReport): readonly (readonly string[])[] {
  const [timings, resources, accuracy] = [timingTable(forms), resourceTable(forms), accuracyTable(forms)];
  return [
    ["form", "size", ...timings.header, ...resources.header, ...accuracy.header],
    ...forms.map(({ name, bytes }, i) => [
      ...[name === output.form ? `**${name}**` : name, formatBytes(bytes)],
      ...[...(timings.rows[i] ?? []), ...(resources.rows[i] ?? []), ...(accuracy.rows[i] ?? [])],
    ]),
  ];
}
