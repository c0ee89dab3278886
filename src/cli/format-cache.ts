import type { CacheSummary } from "../recipes/index.ts";
import { counted, formatTable, formatTime } from "../report/index.ts";

/** What a cache holds, for people. */
export function formatCache({ file, records, devices, models, problems }: CacheSummary): string {
  return [
    `${file}: ${counted(records, "record")}${problems.length === 0 ? "" : `, ${counted(problems.length, "damaged line")}`}`,
    ...devices.map(
      ({ device, trials, failures, workloads, proofs, tools, oldest, newest }) =>
        `  ${device}\n    ${counted(trials, "trial")} (${failures} failed) of ${counted(workloads, "workload")}, ${counted(proofs, "proof")}, by ${tools.join(", ")}, ${day(oldest)} to ${day(newest)}`,
    ),
    ...models.map(({ model, chosen, reason }) => `  model ${model.slice(0, 16)}: ${chosen}; ${reason}`),
    "",
  ].join("\n");
}

function day(at: string): string {
  return at.slice(0, 10);
}

/** Workloads with their best trials, for people. */
export function formatWorkloads(workloads: CacheSummary["workloads"]): string {
  const rows = workloads.map(({ workload, template, threads, tried, failed, best }) => [
    describe(workload),
    `${template} ${best?.point ?? ""}`.trimEnd(),
    threads === undefined ? "" : `${threads}t`,
    `${tried}`,
    failed === 0 ? "" : `${failed}`,
    best === undefined ? "-" : formatTime(best.ns),
    best?.mode ?? "",
  ]);
  return `${formatTable([["workload", "best", "threads", "tried", "failed", "time", "mode"], ...rows], 2)}\n`;
}

/** The operator and its sizes: names and numbers of the first level, long hashes cut. */
function describe({ op, ...rest }: CacheSummary["workloads"][number]["workload"]): string {
  const parts = Object.entries(rest).flatMap(([name, value]) => {
    if (typeof value === "number") return [`${name}=${value}`];
    return typeof value === "string" ? [`${name}=${value.slice(0, 12)}`] : [];
  });
  return [op, ...parts].join(" ");
}
