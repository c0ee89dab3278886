import type { LoadResult } from "../recipes/index.ts";
import { formatTable, formatTime } from "../report/index.ts";

/** A load as text: how it was served, what was tried, the latencies. */
export function formatLoad(result: LoadResult): string {
  const { model, instances, threads, coRunners, cpus, service, planned, tried, limit, load } = result;
  const wanted = limit === undefined ? "" : `${percent(limit.share)} within ${formatTime(limit.ns)}`;
  return [
    `${model.file}: ${count(instances, "instance")} of ${count(threads, "thread")}${cpus === undefined ? ", not pinned" : `, on CPUs ${cpus.map((set) => set.join("+")).join(", ")}`}${coRunners === 0 ? "" : `, ${count(coRunners, "process")} beside them`}`,
    `batches: ${service.map(({ batch, ns }) => `${batch} in ${formatTime(ns)}`).join(", ")}`,
    ...(planned.length === 0
      ? []
      : [
          "",
          `predicted from these (${wanted}):`,
          formatTable([
            ["batch", "wait", "a second"],
            ...bestOfEachBatch(planned).map(({ maxBatch, maxWaitNs, predictedRate }) => [
              String(maxBatch),
              formatTime(maxWaitNs),
              predictedRate.toPrecision(4),
            ]),
          ]),
          "",
          `measured with the first: ${tried.map(({ rate, holds }) => `${rate.toPrecision(4)} ${holds ? "yes" : "no"}`).join(", ")}`,
        ]),
    "",
    ...(load === undefined
      ? [`no rate was found at which ${wanted}`]
      : loadLines(load, planned.length === 0 ? "" : `highest rate with ${wanted}: `)),
    "",
  ].join("\n");
}

/** The plans are in order: the first with a size is the best with it. */
function bestOfEachBatch(planned: LoadResult["planned"]): LoadResult["planned"] {
  return planned.filter(({ maxBatch }, i) => planned.findIndex((other) => other.maxBatch === maxBatch) === i);
}

function loadLines(load: NonNullable<LoadResult["load"]>, lead: string): readonly string[] {
  const { rate, throughput, requests, unfinished, maxBatch, maxWaitUs, batches, meanBatch, lateNs } = load;
  const names = Object.keys(load.latency.percentiles);
  const row = (name: string, { percentiles, meanNs, maxNs }: typeof load.latency): readonly string[] => [
    ...[name, formatTime(meanNs)],
    ...names.map((percentile) => formatTime(percentiles[percentile] ?? NaN)),
    formatTime(maxNs),
  ];
  const total = Object.values(batches).reduce((sum, each) => sum + each, 0);
  return [
    `${lead}${rate.toPrecision(4)} requests a second offered, ${throughput.toPrecision(4)} served; ${requests} requests${unfinished === 0 ? "" : `, ${unfinished} UNFINISHED: the load is beyond what is served`}`,
    `batches of up to ${maxBatch}, waiting up to ${formatTime(maxWaitUs * 1e3)}: ${meanBatch.toFixed(2)} on average (${Object.entries(
      batches,
    )
      .map(([size, each]) => `${size}: ${percent(each / total)}`)
      .join(", ")})`,
    formatTable([["", "mean", ...names, "max"], row("latency", load.latency), row("of it queueing", load.queueing)]),
    `arrivals were noticed at most ${formatTime(lateNs)} late (p99), which is part of these figures`,
  ];
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : what.endsWith("s") ? "es" : "s"}`;
}
