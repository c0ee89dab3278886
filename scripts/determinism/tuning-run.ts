import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckList } from "../checks/check-list.ts";
import { startCli } from "../checks/cli-run.ts";
import type { Job } from "./interruptions.ts";
import { killOnce, seeded, trials } from "./interruptions.ts";
import { copyEvidence, modelDigest, recordLines } from "./output-folder.ts";

const KILLS = 20;
const SEED = 5;

/** What is tuned, and when such a run is killed: after so many trials of its own at most, and so many milliseconds later. */
export interface TuningKills {
  readonly what: "kernels" | "forms";
  readonly mostTrials: number;
  readonly afterTrialMs: number;
}

/** Hundreds of kernels, each timed in milliseconds. */
export const kernelKills: TuningKills = { what: "kernels", mostTrials: 60, afterTrialMs: 60 };

/** A few dozen whole models: the trials of a turn are told at once, and the next turn takes a second. */
export const formKills: TuningKills = { what: "forms", mostTrials: 3, afterTrialMs: 600 };

const isTrial = (event: string): boolean => event.includes('"type":"trial"');

/**
 * Kills a long search again and again in one folder, then lets it finish: every run goes on where the last one was killed,
 * and the result is the one of an undisturbed run that has the same records.
 */
export async function checkTuningKills(
  work: string,
  stem: string,
  job: Job,
  { what, mostTrials, afterTrialMs }: TuningKills,
  list: CheckList,
): Promise<void> {
  const temp = join(work, "scratch");
  mkdirSync(temp);
  const folder = join(work, "killed");
  const random = seeded(SEED);
  let disturbed = 0;
  let resumed = 0;
  for (let i = 0; i < KILLS; i++) {
    const moment = 1 + Math.floor(random() * mostTrials);
    const delay = random() * afterTrialMs;
    const before = recordLines(folder, stem).length;
    let seen = 0;
    const isMoment = (event: string): boolean => isTrial(event) && ++seen === moment;
    const title = `tuning ${what}: kill ${i + 1} of ${KILLS}, ${Math.round(delay)} ms after trial ${moment}`;
    const args = job(folder, "--json");
    if (await killOnce({ temp, folder, stem, args, title }, isMoment, delay, list)) disturbed++;
    if (recordLines(folder, stem).length > before) resumed++;
  }
  list.check(`tuning ${what}: most kills met a search at work`, disturbed * 2 >= KILLS, String(disturbed));
  list.check(
    `tuning ${what}: the runs went on where they were killed`,
    resumed >= disturbed,
    `${resumed} of ${disturbed}`,
  );

  await checkGoesOn({ work, folder, temp, stem, job, what, list });
}

/** A folder in which searches were killed, and what else a check needs. */
interface KilledSearch {
  readonly work: string;
  readonly folder: string;
  readonly temp: string;
  readonly stem: string;
  readonly job: Job;
  readonly what: TuningKills["what"];
  readonly list: CheckList;
}

/** The run that is let finish, and one with its records that nothing ever disturbed. */
async function checkGoesOn({ work, folder, temp, stem, job, what, list }: KilledSearch): Promise<void> {
  const kept = trials(recordLines(folder, stem));
  const last = await startCli(job(folder), temp).exit;
  const digest = modelDigest(folder, stem);
  list.check(
    `tuning ${what}: the next run completes`,
    last.code === 0 && digest !== undefined,
    last.stderr.slice(-500),
  );
  list.check(`tuning ${what}: it finds nothing damaged`, !last.stderr.includes("IO0801"));
  const all = recordLines(folder, stem);
  list.check(
    `tuning ${what}: no trial was lost`,
    new Set(trials(all)).size >= new Set(kept).size && isPrefix(kept, trials(all)),
  );
  list.check(
    `tuning ${what}: no failure was tried a third time`,
    timesTried(all).every((count) => count <= 2),
  );

  const undisturbed = join(work, "undisturbed");
  copyEvidence(folder, undisturbed, stem);
  const again = await startCli(job(undisturbed), temp).exit;
  list.check(
    `tuning ${what}: an undisturbed run with the same records gives the same bytes and measures nothing`,
    again.code === 0 &&
      modelDigest(undisturbed, stem) === digest &&
      recordLines(undisturbed, stem).length === all.length,
    again.stderr.slice(-500),
  );
}

function isPrefix(part: readonly string[], whole: readonly string[]): boolean {
  return part.every((line, i) => whole[i] === line);
}

/** How often each point that failed was tried. */
function timesTried(lines: readonly string[]): readonly number[] {
  const counts = new Map<string, number>();
  for (const line of trials(lines)) {
    const { key, point, code, status } = JSON.parse(line) as Record<string, unknown>;
    if (status === "ok") continue;
    const text = JSON.stringify([key, point, code]);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts.values()];
}

/** A search whose records are checked, and what is tuned in it. */
interface SharedSearch {
  readonly work: string;
  readonly stem: string;
  readonly job: Job;
  readonly what: TuningKills["what"];
  readonly list: CheckList;
}

/**
 * Two searches write into one file of records at once: it holds every trial that either of them told of, each whole. The
 * command of one of them measures nothing with it.
 */
export async function checkSharedRecords(
  work: string,
  stem: string,
  job: Job,
  what: TuningKills["what"],
  list: CheckList,
): Promise<void> {
  const shared = { work, stem, job, what, list };
  const records = join(work, "shared.jsonl");
  let told = 0;
  const tune = (name: string, seed: string): ReturnType<typeof startCli> => {
    const temp = join(work, `scratch-${name}`);
    mkdirSync(temp);
    const args = job(join(work, name), "--records", records, "--seed", seed, "--json");
    return startCli(args, temp, (event) => void (told += isTrial(event) ? 1 : 0));
  };
  const [one, other] = [tune("one", "1"), tune("other", "2")];
  const exits = await Promise.all([one.exit, other.exit]);
  const errors = exits.map(({ stderr }) => stderr.slice(-300)).join("; ");
  const isWell = exits.every(({ code }) => code === 0);
  list.check(`shared records of ${what}: both runs end well`, isWell, errors);
  const text = existsSync(records) ? readFileSync(records, "utf8") : "";
  const lines = text.split("\n").slice(0, -1);
  const tuned = trials(lines).filter((line) => /"threads":\d+,"point"/.test(line)).length;
  list.check(`shared records of ${what}: no line is torn`, text.endsWith("\n") && lines.every(isWhole));
  list.check(`shared records of ${what}: no trial is lost`, told > 0 && tuned === told, `${tuned} of ${told}`);
  await checkSharedReplay(records, shared);
}

/** The command of the first search once more, with the records of both. */
async function checkSharedReplay(records: string, { work, stem, job, what, list }: SharedSearch): Promise<void> {
  const third = join(work, "third");
  mkdirSync(third);
  copyFileSync(records, join(third, `${stem}.schedule.jsonl`));
  const isMeasuring = (event: string): boolean =>
    isTrial(event) || (what === "forms" && /"type":"(measured|accuracy)"/.test(event));
  let measured = 0;
  const args = job(third, "--seed", "1", "--json");
  const warm = startCli(args, join(work, "scratch-one"), (event) => void (measured += isMeasuring(event) ? 1 : 0));
  const { code, stderr } = await warm.exit;
  const title = `shared records of ${what}: the same command`;
  list.check(`${title} measures nothing`, code === 0 && measured === 0, `${measured} times; ${stderr.slice(-300)}`);
  // The kernels of the other search may be the better ones; whole models are decided by command.
  if (what === "kernels") return;
  const digest = modelDigest(third, stem);
  list.check(`${title} writes the same bytes`, digest !== undefined && digest === modelDigest(join(work, "one"), stem));
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
