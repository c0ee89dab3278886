import type { CheckReport } from "../events.ts";
import type { BenchResult, ModelComparison } from "../recipes/index.ts";
import { formatBytes, formatTable } from "../report/index.ts";
import { formatBench } from "./format-bench.ts";

/** Tensors shown where not all are asked for. */
const WORST = 10;

/** Nodes named of those added and removed. */
const NAMED = 5;

/** A comparison as text: outputs, the worst tensors inside, what changed in the graph, size, speed, checks. */
export function formatComparison(
  result: ModelComparison,
  { checks, timing }: { readonly checks: readonly CheckReport[]; readonly timing: BenchResult | undefined },
  allTensors: boolean,
): string {
  return `${[
    outputText(result),
    tensorText(result, allTensors),
    structureText(result),
    ...(timing === undefined ? [] : [formatBench(timing).trimEnd()]),
    ...(checks.length === 0
      ? []
      : [
          formatTable(
            checks.map(({ name, ok, detail }) => [ok ? "ok" : "FAILED", name, detail]),
            3,
          ),
        ]),
  ].join("\n\n")}\n`;
}

function outputText({ outputs, samples }: ModelComparison): string {
  const rows = outputs.map(({ name, verdict, sqnrDb, maxAbs, cosine }) => [
    ...[name, verdict, verdict === "mismatch" && !Number.isFinite(sqnrDb) ? "-" : decibels(sqnrDb)],
    ...[maxAbs.toExponential(2), cosine.toFixed(6)],
  ]);
  return `${formatTable([["output", "verdict", "SQNR", "max abs", "cosine"], ...rows])}\nsamples ${samples}`;
}

function decibels(sqnrDb: number): string {
  return Number.isFinite(sqnrDb) ? `${sqnrDb.toFixed(1)} dB` : sqnrDb > 0 ? "exact" : "-";
}

function tensorText({ tensors, tensorsMissing }: ModelComparison, all: boolean): string {
  if (tensorsMissing !== undefined) return `tensors inside are not compared: ${tensorsMissing}`;
  if (tensors.length === 0) return "no tensor inside has one name in both";
  const worst = [...tensors].sort((a, b) => a.sqnrDb - b.sqnrDb).slice(0, WORST);
  const shown = all ? tensors : worst.filter(({ sqnrDb }) => Number.isFinite(sqnrDb));
  const exact = tensors.filter(({ sqnrDb }) => sqnrDb === Infinity).length;
  const lead = `tensors inside with one name: ${tensors.length}, ${exact} exact`;
  if (shown.length === 0) return lead;
  return `${lead}${all ? "" : "; the worst:"}\n${formatTable(
    [
      ["tensor", "made by", "SQNR", "max abs"],
      ...shown.map(({ name, operators, sqnrDb, maxAbs }) => [
        ...[name, [...new Set(operators)].join(" / "), decibels(sqnrDb), maxAbs.toExponential(2)],
      ]),
    ],
    2,
  )}`;
}

function structureText({ structure, a, b }: ModelComparison): string {
  const changed = Object.entries(structure.operators).filter(([, [before, after]]) => before !== after);
  const named = (nodes: readonly string[]): string =>
    nodes.length === 0
      ? "0"
      : `${nodes.length} (${nodes.slice(0, NAMED).join(", ")}${nodes.length > NAMED ? ", ..." : ""})`;
  return [
    `nodes ${a.nodes} / ${b.nodes}; size ${formatBytes(a.bytes)} / ${formatBytes(b.bytes)}`,
    `nodes added ${named(structure.added)}`,
    `nodes removed ${named(structure.removed)}`,
    ...(changed.length === 0
      ? []
      : [
          formatTable([
            ["operator", "a", "b"],
            ...changed.map(([op, [before, after]]) => [op, String(before), String(after)]),
          ]),
        ]),
  ].join("\n");
}
