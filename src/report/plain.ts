import { formatDiagnostic, printable } from "../diagnostics/index.ts";
import type { CompileEvent, CompileReport, Reporter, TuningSummary } from "../events.ts";
import { summarizeConstraints } from "./constraints.ts";
import { accuracyTable, resourceTable, timingTable } from "./form-table.ts";
import { gatherAccuracy } from "./accuracy-lines.ts";
import { counted, formatBytes, formatTable, formatTime } from "./format.ts";
import { progressPace } from "./progress-pace.ts";
import { describeRegions, summarizeLoading, summarizeMemory, summarizeRegions } from "./regions.ts";

/** Options of the plain reporter. */
export interface PlainOptions {
  /** Lists near misses of rules. */
  readonly refusals: boolean;
}

/** Reporter of plain lines for people, CI logs and files; no colours, no cursor movement. */
export function plainReporter(write: (text: string) => void, options: PlainOptions): Reporter {
  const pace = progressPace();
  const line = (text: string): void => write(`${text}\n`);
  const accuracy = gatherAccuracy(line);
  return {
    handle: (event) => {
      if (event.type === "accuracy") {
        accuracy.add(shown(event));
        return;
      }
      if (event.type === "progress" && !pace.tells(event)) return;
      const text = describe(event.type === "diagnostic" ? event : shown(event), options);
      if (text === undefined) return;
      accuracy.flush();
      line(text);
    },
  };
}

/** An event whose names can neither steer a terminal nor begin a line, which pipelines may obey. */
function shown<T>(value: T): T {
  if (typeof value === "string") return printable(value) as T;
  if (Array.isArray(value)) return value.map(shown) as T;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shown(part as unknown)])) as T;
}

function describe(event: Exclude<CompileEvent, { type: "accuracy" }>, options: PlainOptions): string | undefined {
  switch (event.type) {
    case "phase":
      return `== ${event.name}${event.detail === undefined ? "" : `: ${event.detail}`}`;
    case "loaded":
      return `   ${event.file}: ${formatBytes(event.bytes)}, ${counted(event.nodes, "node")}, opset ${event.opset}, IR ${event.irVersion}`;
    case "target":
      return `   target ${event.id}: ${event.device}; ${event.runtime}`;
    case "pass": {
      const rules = Object.entries(event.byRule)
        .map(([rule, count]) => `${rule} ${count}`)
        .join(", ");
      const nodes = event.nodesBefore === event.nodesAfter ? "" : `, ${event.nodesBefore} -> ${event.nodesAfter} nodes`;
      return `   ${event.pass}: ${event.changes} change${event.changes === 1 ? "" : "s"}${nodes}${rules === "" ? "" : ` (${rules})`}`;
    }
    case "refusal":
      return options.refusals
        ? `   near miss: ${event.pass}/${event.rule} at ${event.node}: ${event.reason}`
        : undefined;
    case "check":
      return `   check ${event.stage}: ${event.verdict}; ${event.detail}`;
    case "rollback":
      return `   rolled back ${event.pass}${event.rule === undefined ? "" : `/${event.rule}`}: ${event.reason}`;
    case "progress":
      return `   ${event.phase} ${event.done}/${event.total}${event.etaMs === undefined || event.done >= event.total ? "" : `, ${Math.ceil(event.etaMs / 1000)} s left`}`;
    case "measured":
      return `   ${event.form}: min ${formatTime(event.latency.minNs)}, median ${formatTime(event.latency.medianNs)}, ${event.ratio.toFixed(3)}x (${event.low.toFixed(3)} to ${event.high.toFixed(3)})`;
    case "tuning-started":
    case "trial":
    case "tuning-best":
    case "tuning-replayed":
    case "timing":
    case "noise":
      return undefined;
    case "tuning-finished":
      return `   ${describeTuning(event.result)}`;
    case "tuned":
      return `   tuned ${counted(event.workloads, "workload")} (${event.replayed} replayed): ${counted(event.tried, "candidate")}, ${event.failed} failed, in ${event.seconds.toFixed(1)} s${event.tried === 0 ? "" : `; ${event.candidatesPerSecond.toFixed(1)} a second, ${event.emissionMs.toFixed(2)} ms each to emit`}`;
    case "regions":
      return describeRegions(event.report);
    case "choice":
      return `   chosen: ${event.form}; ${event.reason}`;
    case "written":
      return `   wrote ${event.file} (${formatBytes(event.bytes)})`;
    case "diagnostic":
      return formatDiagnostic(event.diagnostic);
    case "note":
      return `   ${event.text}`;
    case "finished":
      return summary(event.report);
  }
}

/** Template and point; points whose parameters have names of several words, as those of whole models, by their number. */
function candidateText(candidate: string): string {
  const space = candidate.indexOf(" ");
  const point = candidate.slice(space + 1);
  if (!point.includes(" ")) return candidate.trimEnd();
  return `${candidate.slice(0, space)} with ${counted(point.split(",").length, "parameter")}`;
}

function describeTuning(result: TuningSummary): string {
  const { workload, threads, uses, candidate, ns, seedNs, shared, peakShare, noise, source, tried, failed } = result;
  const parts = [
    `${candidate === undefined ? "no kernel" : candidateText(candidate)}${ns === undefined ? "" : `, ${formatTime(ns)}`}`,
    ...(peakShare === undefined ? [] : [`${Math.round(peakShare * 100)} % of peak`]),
    ...(ns === undefined || shared === undefined
      ? []
      : [`${formatTime(shared.ns)} on ${shared.threads}t, ${(ns / shared.ns).toFixed(2)}x`]),
    ...(ns === undefined || seedNs === undefined ? [] : [`${(seedNs / ns).toFixed(2)}x the seed`]),
    ...(noise === undefined ? [] : [`noise ${(noise * 100).toFixed(1)} %`]),
    ...(tried === 0 ? [source] : [`${tried} tried${failed === 0 ? "" : `, ${failed} failed`}`]),
  ];
  return `${workload}, ${threads}t, ${uses} use${uses === 1 ? "" : "s"}: ${parts.join("; ")}`;
}

function summary(report: CompileReport): string {
  const { model, output } = report;
  const { forms } = report;
  const [timings, resources, accuracy] = [timingTable(forms), resourceTable(forms), accuracyTable(forms)];
  const header = ["form", "nodes", "size", ...timings.header, ...resources.header, ...accuracy.header, ""];
  const rows = forms.map(({ name, nodes, bytes }, i) => [
    ...[name, String(nodes), formatBytes(bytes)],
    ...[...(timings.rows[i] ?? []), ...(resources.rows[i] ?? []), ...(accuracy.rows[i] ?? [])],
    name === output.form ? "<- written" : "",
  ]);
  return [
    "",
    formatTable([header, ...rows]),
    "",
    `${output.form}: ${report.choice.reason}`,
    `nodes ${model.nodes} -> ${output.nodes}, size ${formatBytes(model.bytes)} -> ${formatBytes(output.bytes)}`,
    ...summarizeConstraints(report),
    ...summarizeRegions(report),
    ...summarizeMemory(report),
    ...(output.file === undefined ? [] : [`output: ${output.file}`, ...summarizeLoading(report)]),
  ].join("\n");
}
