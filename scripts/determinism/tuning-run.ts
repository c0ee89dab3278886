import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckList } from "../checks/check-list.ts";
import { startCli } from "../checks/cli-run.ts";
import type { Job } from "./interruptions.ts";
import { killOnce, seeded, trials } from "./interruptions.ts";
import { copyEvidence, modelDigest, recordLines } from "./output-folder.ts";

const KILLS = 20;
const SEED = 5;

/** A run is killed after so many trials of its own at most, and so many milliseconds later. */
const MOST_TRIALS = 60;
const AFTER_TRIAL_MS = 60;

const isTrial = (event: string): boolean => event.includes('"type":"trial"');

/**
 * Kills a long search for kernels again and again in one folder, then lets it finish: every run goes on where the last
 * one was killed, and the result is the one of an undisturbed run that has the same records.
 */
export async function checkTuningKills(work: string, stem: string, job: Job, list: CheckList): Promise<void> {
  const temp = join(work, "scratch");
  mkdirSync(temp);
  const folder = join(work, "killed");
  const random = seeded(SEED);
  let disturbed = 0;
  let resumed = 0;
  for (let i = 0; i < KILLS; i++) {
    const moment = 1 + Math.floor(random() * MOST_TRIALS);
    const delay = random() * AFTER_TRIAL_MS;
    const before = recordLines(folder, stem).length;
    let seen = 0;
    const isMoment = (event: string): boolean => isTrial(event) && ++seen === moment;
    const title = `tuning: kill ${i + 1} of ${KILLS}, ${Math.round(delay)} ms after trial ${moment}`;
    const args = job(folder, "--json");
    if (await killOnce({ temp, folder, stem, args, title }, isMoment, delay, list)) disturbed++;
    if (recordLines(folder, stem).length > before) resumed++;
  }
  list.check("tuning: most kills met a search at work", disturbed * 2 >= KILLS, String(disturbed));
  list.check("tuning: the runs went on where they were killed", resumed >= disturbed, `${resumed} of ${disturbed}`);

  const kept = trials(recordLines(folder, stem));
  const last = await startCli(job(folder), temp).exit;
  const digest = modelDigest(folder, stem);
  list.check("tuning: the next run completes", last.code === 0 && digest !== undefined, last.stderr.slice(-500));
  list.check("tuning: it finds nothing damaged", !last.stderr.includes("IO0801"));
  const all = recordLines(folder, stem);
  list.check(
    "tuning: no trial was lost",
    new Set(trials(all)).size >= new Set(kept).size && isPrefix(kept, trials(all)),
  );
  list.check(
    "tuning: no failure was tried a third time",
    timesTried(all).every((count) => count <= 2),
  );

  const undisturbed = join(work, "undisturbed");
  copyEvidence(folder, undisturbed, stem);
  const again = await startCli(job(undisturbed), temp).exit;
  list.check(
    "tuning: an undisturbed run with the same records gives the same bytes and measures nothing",
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

/** Two searches write into one file of records at once: it holds every trial that either of them told of, each whole. */
export async function checkSharedRecords(work: string, stem: string, job: Job, list: CheckList): Promise<void> {
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
  list.check(
    "shared records: both runs end well",
    exits.every(({ code }) => code === 0),
    errors,
  );
  const text = existsSync(records) ? readFileSync(records, "utf8") : "";
  const lines = text.split("\n").slice(0, -1);
  const kernels = trials(lines).filter((line) => line.includes('"threads":1,"point"'));
  list.check("shared records: no line is torn", text.endsWith("\n") && lines.every(isWhole));
  list.check("shared records: no trial is lost", told > 0 && kernels.length === told, `${kernels.length} of ${told}`);
  const third = join(work, "third");
  mkdirSync(third);
  copyFileSync(records, join(third, `${stem}.schedule.jsonl`));
  let measured = 0;
  const warm = startCli(
    job(third, "--json"),
    join(work, "scratch-one"),
    (event) => void (measured += isTrial(event) ? 1 : 0),
  );
  const { code, stderr } = await warm.exit;
  list.check(
    "shared records: a third run measures no kernel",
    code === 0 && measured === 0,
    `${measured} trials; ${stderr.slice(-300)}`,
  );
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
