import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CheckList } from "../checks/check-list.ts";
import type { CliRun } from "../checks/cli-run.ts";
import { processesNaming, startCli, until } from "../checks/cli-run.ts";
import { damageOf, modelDigest, recordLines } from "./output-folder.ts";

/** The command line of the job, writing to a folder. */
export type Job = (folder: string, ...more: readonly string[]) => readonly string[];

const KILLS = 20;
const KILLS_PER_FOLDER = 5;
const SEED = 20_260;

/** The worker has this long to notice that its parent is gone. */
const ORPHAN_MS = 5000;

/** Numbers in [0, 1) from a seed: a linear congruential generator (Numerical Recipes). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** Sends a signal to a run and all its processes, unless it has ended. */
function killGroup(run: CliRun, signal: "SIGKILL" | "SIGINT" | "SIGTERM"): void {
  const { pid } = run.child;
  if (pid === undefined || run.child.exitCode !== null) return;
  process.kill(process.platform === "win32" ? pid : -pid, signal);
}

/** The lines that are trials. */
export function trials(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.includes('"kind":"trial"'));
}

function scratchFolders(temp: string): readonly string[] {
  return readdirSync(temp).filter((name) => name.startsWith("infer-opt-"));
}

/** How long a kill may wait after its event, in milliseconds, so that it also falls between events. */
const AFTER_EVENT_MS = 150;

/**
 * Kills the job after seeded numbers of events (moments that do not depend on how busy the machine is), several times
 * in one output folder, then lets it finish there.
 */
export async function checkKills(work: string, stem: string, job: Job, list: CheckList): Promise<void> {
  const temp = join(work, "scratch");
  mkdirSync(temp);
  let events = 0;
  const whole = await startCli(job(join(work, "whole"), "--json"), temp, () => events++).exit;
  list.check("kill: the undisturbed job ends well", whole.code === 0, whole.stderr.slice(-500));
  const random = seeded(SEED);
  let disturbed = 0;
  for (let i = 0; i < KILLS; i++) {
    const folder = join(work, `folder-${Math.floor(i / KILLS_PER_FOLDER)}`);
    const moment = Math.floor(random() * events);
    const delay = random() * AFTER_EVENT_MS;
    let seen = 0;
    const args = job(folder, "--reprove", "--json");
    const title = `kill ${i + 1} of ${KILLS}, ${Math.round(delay)} ms after event ${moment} of ${events}`;
    if (await killOnce({ temp, folder, stem, args, title }, () => seen++ === moment, delay, list)) disturbed++;
    if ((i + 1) % KILLS_PER_FOLDER > 0) continue;
    const next = await startCli(job(folder), temp).exit;
    const isDone = next.code === 0 && modelDigest(folder, stem) !== undefined;
    list.check(`${title}: the next run completes`, isDone, next.stderr.slice(-500));
    list.check(`${title}: it finds nothing damaged`, !next.stderr.includes("IO0801"));
  }
  list.check("kill: at least half of the kills met a job at work", disturbed * 2 >= KILLS, `${disturbed}`);
}

/** A run that is to be killed. */
export interface Victim {
  readonly temp: string;
  readonly folder: string;
  readonly stem: string;
  readonly args: readonly string[];
  readonly title: string;
}

/**
 * Starts a run, kills it so many milliseconds after the event that `isMoment` picks, and looks at what it leaves. False
 * when it had ended before.
 */
export async function killOnce(
  { temp, folder, stem, args, title }: Victim,
  isMoment: (event: string) => boolean,
  delayMs: number,
  list: CheckList,
): Promise<boolean> {
  const before = trials(recordLines(folder, stem));
  const run = startCli(args, temp, (event) => {
    if (isMoment(event)) setTimeout(() => killGroup(run, "SIGKILL"), delayMs);
  });
  const { signal } = await run.exit;
  const isQuiet = await until(() => processesNaming(temp).length === 0, ORPHAN_MS);
  list.check(`${title}: no process is left`, isQuiet, processesNaming(temp).join(", "));
  const damage = await damageOf(folder);
  list.check(`${title}: no file is damaged`, damage.length === 0, damage.join("; "));
  const after = new Set(recordLines(folder, stem));
  list.check(
    `${title}: finished trials are kept`,
    before.every((line) => after.has(line)),
  );
  return signal === "SIGKILL";
}

/** Where the job is interrupted: at the first event whose line holds the text. */
const stations = [
  '"name":"simplify and fuse"',
  '"phase":"calibration"',
  '"type":"tuning-started"',
  '"phase":"accuracy"',
  '"phase":"timing',
];

/** Longest time from a signal to the end. */
const STOP_MS = 3000;

/** Interrupts the job by the signals of a terminal and of a service manager. */
export async function checkSignals(work: string, stem: string, job: Job, list: CheckList): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    for (const [number, station] of stations.entries()) {
      const temp = join(work, `${signal}-${number}`);
      mkdirSync(temp);
      const folder = join(temp, "out");
      let sentAt: number | undefined;
      const run = startCli(job(folder, "--json"), temp, (event) => {
        if (sentAt !== undefined || !event.includes(station)) return;
        sentAt = performance.now();
        killGroup(run, signal);
      });
      const { code, stderr } = await run.exit;
      const took = performance.now() - (sentAt ?? NaN);
      const title = `${signal} at ${station.replaceAll('"', "")}`;
      const detail = `exit ${code} after ${Math.round(took)} ms: ${stderr.slice(-300)}`;
      list.check(`${title}: exit code 130 within ${STOP_MS / 1000} s`, code === 130 && took < STOP_MS, detail);
      list.check(`${title}: no stack is shown`, !stderr.includes("    at "), stderr.slice(-500));
      list.check(`${title}: no process is left`, await until(() => processesNaming(temp).length === 0, ORPHAN_MS));
      list.check(`${title}: the scratch folder is gone`, scratchFolders(temp).length === 0);
      const damage = await damageOf(folder);
      const isWhole = trials(recordLines(folder, stem)).every((line) => line.endsWith("}"));
      list.check(`${title}: no file is damaged`, damage.length === 0 && isWhole, damage.join("; "));
    }
}
