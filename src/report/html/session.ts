import { basename } from "node:path";
import type { CompileReport, SessionAdvice, SessionReport } from "../../events.ts";
import { counted, formatTime } from "../format.ts";
import { sessionCode } from "../session-code.ts";
import { barChart, table } from "./charts.ts";
import { earlyEnd } from "./early-end.ts";
import type { Content, Markup } from "./markup.ts";
import { html } from "./markup.ts";
import { section } from "./section.ts";

/** The session options that serve the written form best here, against ONNX Runtime's own, and how to set them. */
export function session({ formTuning, output }: CompileReport): Markup {
  const part = formTuning?.session;
  if (part === undefined) return html``;
  const { form, options, defaultNs, ns, tried, reason, endedBy } = part;
  const bars = [
    ...(defaultNs === undefined ? [] : [{ label: "defaults", value: defaultNs, text: formatTime(defaultNs) }]),
    ...(ns === undefined || isDefault(part)
      ? []
      : [{ label: "these options", value: ns, text: `${formatTime(ns)}${speedText(part)}`, strong: true }]),
  ];
  return section(
    "Session options of ONNX Runtime",
    html`<p>
        <strong
          >${isDefault(part) ? "The defaults serve best here." : "Other options than the defaults serve best here."}</strong
        >
        ${reason}; ${counted(tried, "combination")} tried.
      </p>
      <p class="dim">
        Advice for ${form} on this machine while it does nothing else. The proof was timed with the defaults, at the
        thread counts it names.
      </p> `,
    earlyEnd(endedBy),
    barChart("Least time of an inference", bars),
    table(["option", "default", "here"], rowsOf(options), { textColumns: 3 }),
    table(
      ["", "to set them"],
      sessionCode(options, basename(output.file ?? "model.onnx")).map(([language, code]) => [
        language,
        html`<code>${code}</code>`,
      ]),
      { textColumns: 2 },
    ),
  );
}

function isDefault({ defaultNs, ns }: SessionReport): boolean {
  return defaultNs !== undefined && defaultNs === ns;
}

function speedText({ defaultNs, ns }: SessionReport): string {
  return defaultNs === undefined || ns === undefined ? "" : `, ${(defaultNs / ns).toFixed(2)}x the speed`;
}

function rowsOf(options: SessionAdvice): readonly (readonly Content[])[] {
  const words = (value: boolean): string => (value ? "on" : "off");
  const rows: readonly (readonly [string, string, string])[] = [
    ["threads inside an operator", "all cores", String(options.intraOpNumThreads)],
    ["graph optimizations", "all", options.graphOptimizationLevel],
    ["spinning of idle threads", "on", words(options.allowSpinning)],
    ["memory arena", "on", words(options.enableCpuMemArena)],
    ["memory pattern", "on", words(options.enableMemPattern)],
    [
      "execution",
      "sequential",
      options.executionMode === "parallel"
        ? `parallel, ${counted(options.interOpNumThreads, "operator")} at once`
        : "sequential",
    ],
  ];
  return rows.map(([name, usual, here], index) => [
    ...[name, usual],
    index > 0 && here !== usual ? html`<strong>${here}</strong>` : here,
  ]);
}
