import type { CompileReport } from "../../events.ts";
import { reachedText } from "../constraints.ts";
import { shownSpeed } from "../form-table.ts";
import { counted, formatBytes, formatDate, formatMetric } from "../format.ts";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";
import { figure, machineText, resourceFigures, written } from "./resources.ts";

/** What was written, and what it gained and cost: before everything else. */
export function verdict(report: CompileReport): Markup {
  const { model, output, choice } = report;
  const kept = output.form === "original";
  const share = output.bytes / model.bytes;
  return html`<section>
    <h2>Verdict</h2>
    <p>
      <strong class="${kept ? "warn" : "good"}">${kept ? "The original was kept." : `Written: ${output.form}.`}</strong>
      ${choice.reason}
    </p>
    ${demands(report)}
    <div class="figures">
      ${kept ? undefined : speedFigures(report)}
      ${figure(formatBytes(output.bytes), `size, ${(share * 100).toFixed(0)} % of ${formatBytes(model.bytes)}`)}
      ${resourceFigures(report)} ${accuracyFigures(report)}
    </div>
    <p class="dim">
      ${measuredWords[choice.measured]}${choice.measuredAt === undefined ? "" : `, ${formatDate(choice.measuredAt)},`}
      on ${report.target.device}; ${report.target.runtime}.
      ${report.noise === undefined ? "" : `Noise of the machine: ${(report.noise * 100).toFixed(1)} %.`}
      ${machineText(report)}
    </p>
  </section> `;
}

const measuredWords = {
  now: "Measured in this run",
  replayed: "Replayed from the proof of an earlier run",
  no: "Nothing was timed",
} as const;

/** Whether every constraint is met, and what is missed by how much. */
function demands({ constraints, baseline, output }: CompileReport): readonly Markup[] {
  const missed = [
    ...constraints.filter(({ met }) => !met).map((each) => `${each.constraint}: ${reachedText(each, output.form)}`),
    ...(baseline?.checks ?? []).filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`),
  ];
  if (missed.length > 0) return missed.map((text) => html`<p><strong class="bad">Not met:</strong> ${text}</p> `);
  return constraints.length === 0
    ? []
    : [html`<p><strong class="good">Met:</strong> ${constraints.map(({ constraint }) => constraint).join(", ")}</p> `];
}

function speedFigures(report: CompileReport): readonly Markup[] {
  return (written(report)?.timings ?? []).map(({ threads, speed }) => {
    const { ratio, low, high } = shownSpeed(speed);
    const words = `speed at ${counted(threads, "thread")} (${low.toFixed(2)} to ${high.toFixed(2)})`;
    return figure(`${ratio.toFixed(2)}x`, words);
  });
}

/** The figures that people ask for first. */
const firstMetrics: ReadonlySet<string> = new Set(["top1", "agreement", "sqnr"]);

function accuracyFigures(report: CompileReport): readonly Markup[] {
  const before = report.forms.find(({ name }) => name === "original")?.accuracy ?? [];
  return (written(report)?.accuracy ?? [])
    .filter(({ metric }) => firstMetrics.has(metric))
    .map(({ metric, value, samples }) => {
      const original = before.find((other) => other.metric === metric);
      const was = original === undefined ? "" : `, was ${formatMetric(metric, original.value)}`;
      return figure(formatMetric(metric, value), `${metric}${was}, ${counted(samples, "sample")}`);
    });
}
