import type { CompileReport } from "../events.ts";
import { formatBytes, formatMetric, formatTime } from "./format.ts";
import type { Outcome } from "./outcome.ts";

/** Text in a cell of a Markdown table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function tableText(rows: readonly (readonly string[])[]): string {
  const [header = [], ...rest] = rows.map((row) => row.map(cell));
  const rule = header.map((_, i) => (i === 0 ? "---" : "---:"));
  return [header, rule, ...rest].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** A compile as Markdown for the summary page of a CI job: verdict, forms, what needs attention. */
export function renderJobSummary(outcome: Outcome): string {
  if ("error" in outcome) {
    const { code, message, hint } = outcome.error;
    return `### infer-opt: ${outcome.model}\n\n**Failed** with ${code}: ${message}\n\n${hint}\n`;
  }
  const { report, exitCode } = outcome;
  const { model, output, choice, problems } = report;
  const attention = problems.filter(({ severity }) => severity !== "note");
  return [
    `### infer-opt: ${model.file}`,
    "",
    `**${exitCode === 0 ? "Passed" : `Failed with exit code ${exitCode}`}**: ${output.form} written; ${choice.reason}`,
    "",
    tableText(formRows(report)),
    "",
    `${formatBytes(model.bytes)} -> ${formatBytes(output.bytes)}, ${model.nodes} -> ${output.nodes} nodes; ${report.target.device}, ${report.target.runtime}`,
    ...(attention.length === 0 ? [] : ["", ...attention.map(({ code, message }) => `- ${code}: ${message}`)]),
    "",
  ].join("\n");
}

function formRows({ forms, output }: CompileReport): readonly (readonly string[])[] {
  const threads = [...new Set(forms.flatMap(({ timings }) => timings.map((timing) => timing.threads)))];
  const metrics = [...new Set(forms.flatMap(({ accuracy }) => accuracy.map(({ metric }) => metric)))];
  return [
    ["form", "size", ...threads.flatMap((n) => [`min ${n}t`, `speed ${n}t`]), ...metrics],
    ...forms.map(({ name, bytes, timings, accuracy }) => [
      name === output.form ? `**${name}**` : name,
      formatBytes(bytes),
      ...threads.flatMap((n) => {
        const timing = timings.find((candidate) => candidate.threads === n);
        return timing === undefined
          ? ["-", "-"]
          : [formatTime(timing.latency.minNs), `${timing.speed.ratio.toFixed(2)}x`];
      }),
      ...metrics.map((metric) => {
        const found = accuracy.find((entry) => entry.metric === metric);
        return found === undefined ? "-" : formatMetric(metric, found.value);
      }),
    ]),
  ];
}
