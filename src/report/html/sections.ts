import type { CompileReport, FormReport } from "../../events.ts";
import { accuracyTable, shownSpeed, threadCounts } from "../form-table.ts";
import { counted, formatBytes, formatTime } from "../format.ts";
import { barChart, folded, moreInJson, pairChart, table } from "./charts.ts";
import type { Content, Markup } from "./markup.ts";
import { html } from "./markup.ts";
import { resources } from "./resources.ts";
import { section } from "./section.ts";

/** Latency, size and accuracy of every form. */
export function forms(report: CompileReport): Markup {
  const { forms: all, output } = report;
  const threads = threadCounts(all);
  const latency = threads.map((count) =>
    barChart(
      `Latency at ${counted(count, "thread")}: bar least, tick median, line to the 90th percentile; speed by rounds`,
      all.flatMap((form) => {
        const timing = form.timings.find((candidate) => candidate.threads === count);
        if (timing === undefined) return [];
        const { minNs, medianNs, p90Ns } = timing.latency;
        const text = `${formatTime(minNs)}, ${shownSpeed(timing.speed).ratio.toFixed(2)}x`;
        const whisker = { low: minNs, tick: medianNs, high: p90Ns };
        return [{ label: form.name, value: minNs, ...whisker, text, strong: form.name === output.form }];
      }),
    ),
  );
  const sizes = barChart(
    "Size",
    all.map(({ name, bytes }) => ({
      ...{ label: name, value: bytes, text: formatBytes(bytes), strong: name === output.form },
    })),
  );
  return section("Forms", latency, sizes, resources(all, output.form), accuracy(all, output.form), verdicts(all));
}

function accuracy(all: readonly FormReport[], form: string): Markup | undefined {
  const { header, rows } = accuracyTable(all, "–");
  if (header.length === 0) return undefined;
  const strong = all.findIndex(({ name }) => name === form);
  const cells = all.map(({ name }, i) => [name, ...(rows[i] ?? [])]);
  return table(["accuracy", ...header], cells, { strong });
}

function verdicts(all: readonly FormReport[]): Markup | undefined {
  const rows = all.filter(({ verdict: words }) => words !== "").map(({ name, verdict: words }) => [name, words]);
  return rows.length === 0 ? undefined : table(["form", "why"], rows, { textColumns: 2 });
}

/** What each pass did, stage by stage, and what was rolled back. */
export function passes({ stages }: CompileReport): Markup {
  const rows = stages.flatMap(({ stage, passes: all }) =>
    all
      .filter(({ changes }) => changes > 0)
      .map(({ pass, changes, ms, byRule }) => [
        ...[stage, pass, changes, formatTime(ms * 1e6)],
        Object.entries(byRule)
          .map(([rule, count]) => `${rule} ${count}`)
          .join(", "),
      ]),
  );
  const checks = stages.map(
    ({ stage, check, leftOut }) =>
      html`<p>
        ${stage}:
        ${check}${leftOut.length === 0 ? "" : html` <span class="warn">left out: ${leftOut.join(", ")}</span>`}
      </p> `,
  );
  return section(
    "Passes",
    rows.length === 0
      ? html`<p>No pass found work.</p> `
      : table(["stage", "pass", "changes", "time", "rules"], rows, { textColumns: 2, textLast: true }),
    checks,
  );
}

/** Operators of the graph before and after. */
export function operators({ operators: { before, after } }: CompileReport): Markup {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const pairs = names
    .map((label) => ({ label, before: before[label] ?? 0, after: after[label] ?? 0 }))
    .sort((a, b) => Math.max(b.before, b.after) - Math.max(a.before, a.after));
  return section("Operators", pairChart("Nodes by operator", pairs));
}

/** What was not done, and why. */
export function refusals({ refusals: all, regions: compiled }: CompileReport): Markup {
  const counted = new Map<string, { where: string; reason: string; nodes: string[] }>();
  const count = (where: string, reason: string, node: string): void => {
    const entry = counted.get(`${where}\n${reason}`) ?? { where, reason, nodes: [] };
    entry.nodes.push(node);
    counted.set(`${where}\n${reason}`, entry);
  };
  for (const { pass, rule, node, reason } of all) count(`${pass}/${rule}`, reason, node);
  for (const { form, refusals: left } of compiled)
    for (const { node, reason } of left) count(`regions of ${form}`, reason, node);
  if (counted.size === 0) return html``;
  const rows = [...counted.values()]
    .sort((a, b) => b.nodes.length - a.nodes.length)
    .map(({ where, reason, nodes }) => [where, reason, nodes.length, nodes.slice(0, 3).join(", ")]);
  return section(
    "Left as it was",
    table(["where", "why", "nodes", "such as"], rows, { textColumns: 2, textLast: true }),
  );
}

/** More notes than these are folded: what sections tell better is among them. */
const openNotes = 4;

/** A page holds so many notes. */
const mostNotes = 300;

function noteLines(notes: readonly string[]): Content {
  return [notes.slice(0, mostNotes).map((note) => html`<p>${note}</p> `), moreInJson(notes.length - mostNotes, "note")];
}

/** Warnings, errors and notes. */
export function problems({ problems: all, notes }: CompileReport): Markup {
  if (all.length === 0 && notes.length === 0) return html``;
  return section(
    "Remarks",
    all.map(
      ({ code, severity, message, hint }) =>
        html`<p>
          <span class="${severity === "error" ? "bad" : "warn"}">${severity} ${code}</span> ${message}
          ${hint === undefined ? "" : html`<span class="dim">${hint}</span>`}
        </p> `,
    ),
    notes.length > openNotes
      ? folded(`${notes.length} notes of this run`, noteLines(notes))
      : notes.length > 0 && noteLines(notes),
  );
}

/** What the result follows from, and where the time of the run went. */
export function origin({ model, output, options, seed, version, phases }: CompileReport): Markup {
  const given = Object.entries(options).map(([name, value]) => [name, html`<code>${JSON.stringify(value)}</code>`]);
  return section(
    "Origin",
    html`<p>
        <code>${model.file}</code>, opset ${model.opset}, ${model.nodes} nodes, hash
        <code>${model.hash.slice(0, 16)}</code>
      </p>
      <p>
        infer-opt ${version}, seed ${seed}; ${output.nodes} nodes, opset
        ${output.opset}${output.file === undefined ? "" : html`, <code>${output.file}</code>`}
      </p> `,
    barChart(
      "Time of this run",
      phases
        .filter(({ ms }) => ms >= 1)
        .map(({ name, ms }) => ({ label: name, value: ms, text: formatTime(ms * 1e6) })),
    ),
    folded("Options", table(["option", "value"], given, { textColumns: 2 })),
  );
}
