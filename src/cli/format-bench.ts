import type { BenchResult } from "../recipes/index.ts";
import { formatTable, formatTime } from "../report/index.ts";

/** A benchmark as tables: latencies at each thread count, then the profiles that were asked for. */
export function formatBench({ runs, profiles, regions, batch }: BenchResult): string {
  const how = [batch === undefined ? "" : `, batch ${batch}`, regions ? ", regions as machine code" : ""].join("");
  return [...runs.map((run) => runText(run, how)), ...profiles.map(profileText)].join("\n");
}

function runText({ threads, noise, rows }: BenchResult["runs"][number], how: string): string {
  const percentiles = Object.keys(rows[0]?.latency.percentiles ?? {});
  return `${threads} thread${threads === 1 ? "" : "s"}${how}, noise floor ${(noise * 100).toFixed(1)} %\n${formatTable([
    ["model", "min", "mean", ...percentiles, "max", "runs", "per second", "speed", "95 % interval"],
    ...rows.map(({ name, latency, throughput, speed }) => [
      ...[name, formatTime(latency.minNs), formatTime(latency.meanNs)],
      ...percentiles.map((percentile) => formatTime(latency.percentiles[percentile] ?? NaN)),
      ...[formatTime(latency.maxNs), String(latency.samples), throughput.toPrecision(4), `${speed.ratio.toFixed(3)}x`],
      `${speed.low.toFixed(3)} to ${speed.high.toFixed(3)}`,
    ]),
  ])}\n`;
}

/** Nodes shown of a profile: what more take is told in one line. */
const MOST_NODES = 20;

function profileText({ name, threads, totalNs, operators, nodes }: BenchResult["profiles"][number]): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const rest = nodes.slice(MOST_NODES);
  return [
    `${name} in ONNX Runtime, ${threads} thread${threads === 1 ? "" : "s"}: ${nodes.length} nodes, ${formatTime(totalNs)} together (least time of each)`,
    formatTable([
      ["operator", "nodes", "time", "share"],
      ...operators.map(({ op, nodes: count, ns, share }) => [op, String(count), formatTime(ns), percent(share)]),
    ]),
    "",
    formatTable(
      [
        ["node", "stands for", "time", "share"],
        ...nodes
          .slice(0, MOST_NODES)
          .map(({ op, names, ns, share }) => [op, shorten(names.join(" + ")), formatTime(ns), percent(share)]),
        ...(rest.length === 0
          ? []
          : [
              [
                `${rest.length} more`,
                "",
                formatTime(rest.reduce((sum, { ns }) => sum + ns, 0)),
                percent(rest.reduce((sum, { share }) => sum + share, 0)),
              ],
            ]),
      ],
      2,
    ),
    "",
  ].join("\n");
}

/** Characters of names in one line. */
const WIDTH = 60;

function shorten(text: string): string {
  return text.length <= WIDTH ? text : `${text.slice(0, WIDTH - 3)}...`;
}
