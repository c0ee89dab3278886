import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CheckList } from "../checks/check-list.ts";
import type { CliRun } from "../checks/cli-run.ts";
import { processesNaming, startCli, until } from "../checks/cli-run.ts";
import { damageOf, modelDigest, recordLines } from "./output-folder.ts";

/** The command line of the job, writing to a folder. */
type Job = (folder: string, ...more: readonly string[]) => readonly string[];

const KILLS = 20;
const KILLS_PER_FOLDER = 5;
const SEED = 20_260;

/** The worker has this long to notice that its parent is gone. */
const ORPHAN_MS = 5000;

/** Numbers in [0, 1) from a seed: a linear congruential generator (Numerical Recipes). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

function killGroup(run: CliRun, signal: "SIGKILL" | "SIGINT" | "SIGTERM"): void {
  const { pid } = run.child;
  if (pid === undefined || run.child.exitCode !== null) return;
  process.kill(process.platform === "win32" ? pid : -pid, signal);
}

function trials(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.includes('"kind":"trial"'));
}

function scratchFolders(temp: string): readonly string[] {
  return readdirSync(temp).filter((name) => name.startsWith("infer-opt-"));
}

/**
 * Kills the job at seeded moments, several times in one output folder, then lets it finish there. Returns how long an
 * undisturbed job takes, in milliseconds.
 */
export async function checkKills(work: string, stem: string, job: Job, list: CheckList): Promise<number> {
  const temp = join(work, "scratch");
  mkdirSync(temp);
  const whole = await startCli(job(join(work, "whole")), temp).exit;
  list.check("kill: the undisturbed job ends well", whole.code === 0, whole.stderr.slice(-500));
  const random = seeded(SEED);
  let disturbed = 0;
  for (let i = 0; i < KILLS; i++) {
    const folder = join(work, `folder-${Math.floor(i / KILLS_PER_FOLDER)}`);
    const before = trials(recordLines(folder, stem));
    const run = startCli(job(folder, "--reprove"), temp);
    const moment = random() * whole.ms;
    const timer = setTimeout(() => killGroup(run, "SIGKILL"), moment);
    const { signal } = await run.exit;
    clearTimeout(timer);
    if (signal === "SIGKILL") disturbed++;
    const title = `kill ${i + 1} of ${KILLS} after ${Math.round(moment)} ms`;
    const isQuiet = await until(() => processesNaming(temp).length === 0, ORPHAN_MS);
    list.check(`${title}: no process is left`, isQuiet, processesNaming(temp).join(", "));
    const damage = await damageOf(folder);
    list.check(`${title}: no file is damaged`, damage.length === 0, damage.join("; "));
    const after = recordLines(folder, stem);
    list.check(
      `${title}: finished trials are kept`,
      before.every((line) => after.includes(line)),
    );
    if ((i + 1) % KILLS_PER_FOLDER > 0) continue;
    const next = await startCli(job(folder), temp).exit;
    const isDone = next.code === 0 && modelDigest(folder, stem) !== undefined;
    list.check(`${title}: the next run completes`, isDone, next.stderr.slice(-500));
    list.check(`${title}: it finds nothing damaged`, !next.stderr.includes("IO0801"));
  }
  list.check("kill: at least half of the kills met a job at work", disturbed * 2 >= KILLS, `${disturbed}`);
  return whole.ms;
}

/** Interrupts the job by the signals of a terminal and of a service manager. */
export async function checkSignals(
  work: string,
  stem: string,
  job: Job,
  typicalMs: number,
  list: CheckList,
): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    for (const share of [0.2, 0.5, 0.8]) {
      const temp = join(work, `${signal}-${share}`);
      mkdirSync(temp);
      const folder = join(temp, "out");
      const run = startCli(job(folder), temp);
      setTimeout(() => killGroup(run, signal), typicalMs * share);
      const { code, ms, stderr } = await run.exit;
      const title = `${signal} at ${share * 100} % of the job`;
      const sinceSignal = ms - typicalMs * share;
      list.check(
        `${title}: exit code 130 within 3 s`,
        code === 130 && sinceSignal < 3000,
        `exit ${code} after ${Math.round(sinceSignal)} ms: ${stderr.slice(-300)}`,
      );
      list.check(`${title}: no stack is shown`, !stderr.includes("    at "), stderr.slice(-500));
      list.check(`${title}: no process is left`, await until(() => processesNaming(temp).length === 0, ORPHAN_MS));
      list.check(`${title}: the scratch folder is gone`, scratchFolders(temp).length === 0);
      const isWhole =
        (await damageOf(folder)).length === 0 &&
        (!existsSync(folder) || trials(recordLines(folder, stem)).every((line) => line.endsWith("}")));
      list.check(`${title}: no file is damaged`, isWhole);
    }
}
