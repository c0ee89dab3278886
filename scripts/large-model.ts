import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CompileReport } from "../src/index.ts";
import { inspectModel } from "../src/index.ts";
import type { CheckList } from "./checks/check-list.ts";
import { makeCheckList } from "./checks/check-list.ts";
import type { CliExit } from "./checks/cli-run.ts";
import { startCli } from "./checks/cli-run.ts";
import { generateDeepGraph } from "./large-model/generate-deep-graph.ts";
import { generateLargeModel } from "./large-model/generate-large-model.ts";
import type { Usage } from "./large-model/watch-process.ts";
import { watchProcess } from "./large-model/watch-process.ts";

const LARGE_BYTES = 5e9;
const DISK_BYTES = 12e9;
const PEAK_BYTES = 700e6;
const DEEP_NODES = 20_000;
const DEEP_SECONDS = 3;
const HELP_SECONDS = 0.15;

async function watched(
  args: readonly string[],
  temp: string,
): Promise<CliExit & { readonly usage: Usage | undefined }> {
  const run = startCli(args, temp);
  const watch = watchProcess(run.child.pid ?? 0);
  const exit = await run.exit;
  return { ...exit, usage: watch.stop() };
}

function reportAt(file: string): CompileReport {
  return JSON.parse(readFileSync(file, "utf8")) as CompileReport;
}

/** 5 GB of weights pass through `optimize -O1` without being held in memory. */
async function checkLargeModel(work: string, list: CheckList): Promise<void> {
  const model = join(work, "large.onnx");
  const { dataBytes } = await generateLargeModel(model, LARGE_BYTES);
  const out = join(work, "out");
  const run = await watched(["optimize", model, "-o", out, "-O1", "--memory-limit", "8GB"], work);
  const peak = run.usage?.peakBytes ?? NaN;
  console.log(
    `-O1 on ${(dataBytes / 1e9).toFixed(2)} GB of weights: ${(run.ms / 1000).toFixed(1)} s, peak ${(peak / 1e6).toFixed(0)} MB`,
  );
  list.check("large model: exit code 0", run.code === 0, run.stderr.slice(-500));
  if (run.code !== 0) return;
  list.check(
    `large model: peak memory of the compiler below ${PEAK_BYTES / 1e6} MB`,
    !(peak >= PEAK_BYTES),
    `${(peak / 1e6).toFixed(0)} MB`,
  );
  const before = await inspectModel(model);
  const after = await inspectModel(join(out, "large.opt.onnx"));
  list.check(
    "large model: the weights stand in external data of the same size",
    after.summary.externalBytes === dataBytes,
    `${after.summary.externalBytes} of ${dataBytes} bytes`,
  );
  list.check("large model: parameters are the same", after.summary.parameters === before.summary.parameters);
  list.check(
    "large model: no-ops are gone",
    after.summary.nodes < before.summary.nodes,
    `${before.summary.nodes} -> ${after.summary.nodes}`,
  );
  const { problems } = reportAt(join(out, "large.report.json"));
  list.check(
    "large model: the report says that it was not measured",
    problems.some(({ code }) => code === "IO0706"),
  );
}

/** A graph of 20,000 nodes is simplified and fused in seconds. */
async function checkDeepGraph(work: string, list: CheckList): Promise<void> {
  const model = join(work, "deep.onnx");
  await generateDeepGraph(model, DEEP_NODES);
  let best = Infinity;
  let report: CompileReport | undefined;
  // The least of three: what else runs on the machine only ever adds.
  for (let attempt = 0; attempt < 3 && best >= DEEP_SECONDS * 0.9; attempt++) {
    const out = join(work, `deep-${attempt}`);
    const run = await watched(
      ["optimize", model, "-o", out, "-O2", "--check", "none", "--tune", "off", "--precision", "fp32"],
      work,
    );
    list.check("deep graph: exit code 0", run.code === 0, run.stderr.slice(-500));
    if (run.code !== 0) return;
    report = reportAt(join(out, "deep.report.json"));
    const seconds = run.usage?.userSeconds ?? run.ms / 1000;
    best = Math.min(best, seconds);
    console.log(
      `-O2 on ${report.model.nodes} nodes: ${seconds.toFixed(2)} s of processor time, ${(run.ms / 1000).toFixed(2)} s by the clock, ${report.output.nodes} nodes left`,
    );
  }
  if (report === undefined) return;
  list.check(`deep graph: below ${DEEP_SECONDS} s`, best < DEEP_SECONDS, `${best.toFixed(2)} s`);
  list.check("deep graph: the graph got smaller", report.output.nodes < report.model.nodes);
}

/** The help appears at once. Processor time is judged, so that a busy machine does not fail the check. */
async function checkHelp(work: string, list: CheckList): Promise<void> {
  const runs: { readonly wall: number; readonly user: number }[] = [];
  for (let i = 0; i < 10; i++) {
    const { ms, usage } = await watched(["--help"], work);
    runs.push({ wall: ms / 1000, user: usage?.userSeconds ?? ms / 1000 });
  }
  const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
  const [wall, user] = [median(runs.map((run) => run.wall)), median(runs.map((run) => run.user))];
  console.log(
    `--help: median ${(wall * 1000).toFixed(0)} ms by the clock, ${(user * 1000).toFixed(0)} ms of processor time`,
  );
  list.check(
    `--help below ${HELP_SECONDS * 1000} ms`,
    Math.min(wall, user) < HELP_SECONDS,
    `${(wall * 1000).toFixed(0)} ms`,
  );
}

/** Checks the limits of size: memory, time, and the weight of the tool itself. */
async function main(): Promise<number> {
  const list = makeCheckList();
  const work = mkdtempSync(join(tmpdir(), "infer-opt-large-model-"));
  try {
    mkdirSync(join(work, "scratch"));
    await checkHelp(join(work, "scratch"), list);
    await checkDeepGraph(work, list);
    const { bavail, bsize } = statfsSync(work);
    if (bavail * bsize >= DISK_BYTES) await checkLargeModel(work, list);
    else
      console.log(
        `skipped: the large model needs ${DISK_BYTES / 1e9} GB of free disk, ${((bavail * bsize) / 1e9).toFixed(1)} GB are free in ${tmpdir()}`,
      );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return list.close();
}

process.exitCode = await main();
