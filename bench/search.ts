import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { version } from "../src/index.ts";
import { systemClock } from "../src/measure/index.ts";
import type { TuningContext } from "../src/schedule/index.ts";
import { appendRecords, guidedSearch, makeScheduleCache, readCacheFile, tuningEfforts } from "../src/schedule/index.ts";
import { describeMachine } from "../scripts/machine.ts";
import { startKernelMeasurer } from "../targets/cpu/kernel-measurer.ts";
import { templatesFor } from "../targets/cpu/select.ts";
import { toolchain } from "../targets/cpu/toolchain.ts";
import { tuningTask } from "../targets/cpu/tuning-tasks.ts";
import type { Device } from "../targets/index.ts";
import { targets } from "../targets/index.ts";
import type { Curves, Subject } from "./search/compare-searches.ts";
import { compareSearches, makeSubject, teach } from "./search/compare-searches.ts";
import { meanCurves, printMeans } from "./search/print-curves.ts";
import { openTimingTable } from "./search/timing-table.ts";
import { searchWorkloads } from "./search/workloads.ts";

const usage = `npm run bench:search -- [options]
  --records FILE   schedule records with times measured before, and to add to
  --seeds N        runs of every search (default: 3)
  --sample N       points measured of spaces that are too large to measure whole (default: 800)
  --trials N       trials of a run at most (default: 128)
  --workloads N    only the first of them, for trying the benchmark out
  --out FILE       default: bench/results/search.json`;

/** Numbers of trials after which searches are compared. */
const trialCounts = [6, 8, 16, 24, 32, 64, 96, 128];

/** Best kernels that are timed anew to tell how exact the table is. */
const NOISE_KERNELS = 16;

/**
 * Compares searches on layers of real networks. Every point is measured once, on one thread, and searches look its time
 * up: they differ by what they choose, and by nothing else. Prints a table and writes JSON.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      records: { type: "string" },
      seeds: { type: "string", default: "3" },
      sample: { type: "string", default: "800" },
      trials: { type: "string", default: String(Math.max(...trialCounts)) },
      workloads: { type: "string", default: String(searchWorkloads.length) },
      out: { type: "string", default: join("bench", "results", "search.json") },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.error(usage);
    return;
  }
  const trials = trialCounts.filter((count) => count <= Number(values.trials));
  const { fingerprint: device } = await detectDevice();
  const measurer = startKernelMeasurer(device);
  const { records } = values;
  const cache =
    records === undefined
      ? makeScheduleCache([])
      : makeScheduleCache(readCacheFile(records).records, (added) => appendRecords(records, added));
  const context: TuningContext = {
    ...{ cache, device, toolchain, mode: "cold", measurer, measureBounds: async () => () => 0 },
    ...{ reporter: { handle: () => undefined }, clock: systemClock, signal: new AbortController().signal },
    ...{ search: guidedSearch, effort: tuningEfforts.extensive, seed: 1, tool: version },
    now: () => new Date().toISOString(),
  };
  try {
    const subjects = openSubjects(context, Number(values.workloads), Number(values.sample));
    for (const subject of subjects) {
      await subject.table.lookUp(subject.sample);
      console.log(`${subject.entry.name}: ${subject.table.size} kernels timed of ${subject.pool.ranked.length} points`);
    }
    const experienceOf = await teach(subjects, context);
    const machine = await describeMachine();
    const curves: Curves[] = [];
    const workloads: WorkloadResult[] = [];
    for (const subject of subjects) {
      curves.push(...(await compareSearches(subject, experienceOf(subject), trials, Number(values.seeds))));
      const result = await summarize(subject);
      workloads.push(result);
      console.log(`${result.name}: ${result.kernels} kernels timed; best ${result.best}`);
      // Written after every workload: what was measured survives whatever comes next.
      const means = meanCurves(curves, new Map(workloads.map(({ name, score }) => [name, score])), trials);
      const content = { machine, seeds: Number(values.seeds), trials, workloads, means };
      mkdirSync(dirname(values.out), { recursive: true });
      writeFileSync(values.out, `${JSON.stringify(content, null, 2)}\n`);
      if (subject === subjects.at(-1)) console.log(`${machine.device}\n${printMeans(means, trials)}`);
    }
  } finally {
    measurer.close();
  }
}

/** What is known of a workload's space in the end. */
interface WorkloadResult {
  readonly name: string;
  readonly points: number;
  /** Distinct kernels that were timed. */
  readonly kernels: number;
  readonly best: string;
  readonly score: number;
  readonly ns: number;
  readonly noise: number;
}

async function summarize({ entry, pool, table }: Subject): Promise<WorkloadResult> {
  const { candidate, score, ns } = table.best;
  const noise = await table.measureNoise(NOISE_KERNELS);
  return { name: entry.name, points: pool.ranked.length, kernels: table.size, best: candidate, score, ns, noise };
}

function openSubjects(context: TuningContext, count: number, sample: number): readonly Subject[] {
  return searchWorkloads.slice(0, count).flatMap((entry) => {
    const templates = templatesFor(entry.workload, context.device, false);
    const task = tuningTask(entry.workload, 1, templates);
    if (task !== undefined) return [makeSubject(entry, task, openTimingTable(task, context), context, sample)];
    console.log(`${entry.name}: no kernels for it on this machine`);
    return [];
  });
}

async function detectDevice(): Promise<Device> {
  const found = await targets.find(({ id }) => id === "cpu")?.detect();
  if (found === undefined || "missing" in found) throw new Error(`target cpu: ${found?.missing ?? "not found"}`);
  return found.device;
}

await main();
