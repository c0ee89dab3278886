import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CheckList } from "./checks/check-list.ts";
import { makeCheckList } from "./checks/check-list.ts";
import { startCli } from "./checks/cli-run.ts";
import type { Job } from "./determinism/interruptions.ts";
import { checkKills, checkSignals } from "./determinism/interruptions.ts";
import { copyEvidence, modelDigest, recordLines, reportOf } from "./determinism/output-folder.ts";
import { checkSharedRecords, checkTuningKills, formKills, kernelKills } from "./determinism/tuning-run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const data = join(root, "calibration-data", "characters");
const models = ["residual-cnn", "depthwise-cnn", "tiny-vit"];

/** The main job in a few seconds: all its parts, few samples. */
function optimizeArgs(stem: string, folder: string, ...more: readonly string[]): readonly string[] {
  return [
    ...["optimize", join(root, "examples", "models", `${stem}.onnx`), "-o", folder],
    ...["--calib-data", join(data, "calibration"), "--eval-data", join(data, "evaluation")],
    ...["--preprocess", "scale=1/255,mean=0.5,std=0.5", "--calib-samples", "16", "--eval-samples", "40"],
    ...["--tune", "quick", "--budget", "2s", "--threads", "1", "--seed", "7", ...more],
  ];
}

/** Same inputs, same bytes: in another folder, in the same folder again, and from the records alone. */
async function checkSameBytes(stem: string, precision: string, work: string, list: CheckList): Promise<void> {
  const base = join(work, `${stem}-${precision}`);
  const run = async (name: string, ...more: readonly string[]): Promise<number | null> => {
    const args = optimizeArgs(stem, join(base, name), "--precision", precision, "--max-drop", "20%", ...more);
    return (await startCli(args, work).exit).code;
  };
  const at = (name: string): string => join(base, name);
  const title = `${stem} ${precision}`;
  const first = await run("first");
  const digest = modelDigest(at("first"), stem);
  list.check(`${title}: the first run writes a model`, first === 0 && digest !== undefined, `exit ${first}`);
  if (digest === undefined) return;
  const records = recordLines(at("first"), stem);

  copyEvidence(at("first"), at("second"), stem);
  await run("second");
  list.check(`${title}: the same bytes in another folder`, modelDigest(at("second"), stem) === digest);

  await run("first");
  list.check(`${title}: the same bytes in the same folder`, modelDigest(at("first"), stem) === digest);
  list.check(
    `${title}: the proof is replayed, nothing is measured`,
    recordLines(at("first"), stem).length === records.length &&
      reportOf(at("first"), stem).choice.measured === "replayed",
  );

  copyEvidence(at("first"), at("reproduced"), stem);
  const reproduced = await run("reproduced", "--reproducible");
  list.check(
    `${title}: --reproducible gives the same bytes and measures nothing`,
    reproduced === 0 &&
      modelDigest(at("reproduced"), stem) === digest &&
      recordLines(at("reproduced"), stem).length === records.length,
    `exit ${reproduced}`,
  );

  copyEvidence(at("first"), at("elsewhere"), stem);
  pretendOtherDevice(join(at("elsewhere"), `${stem}.schedule.jsonl`));
  await run("elsewhere", "--reproducible");
  list.check(
    `${title}: --reproducible holds for records of another device`,
    modelDigest(at("elsewhere"), stem) === digest,
  );
  await run("elsewhere");
  list.check(
    `${title}: without it, records of another device are measured anew`,
    reportOf(at("elsewhere"), stem).choice.measured === "now",
  );

  const missing = await run("missing", "--reproducible");
  list.check(
    `${title}: --reproducible without records is exit code 6 and writes no model`,
    missing === 6 && modelDigest(at("missing"), stem) === undefined,
    `exit ${missing}`,
  );
}

/** Makes the records those of a machine with other cores, and otherwise the same instructions. */
function pretendOtherDevice(file: string): void {
  const moved = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => (line === "" ? line : withOtherDevice(line)));
  writeFileSync(file, moved.join("\n"));
}

function withOtherDevice(line: string): string {
  const record = JSON.parse(line) as { readonly device?: object };
  if (record.device === undefined) return line;
  return JSON.stringify({ ...record, device: { ...record.device, name: "Another CPU", cores: 77 } });
}

/** The parts of this check by name; all of them when none is named on the command line. */
const parts: Readonly<Record<string, (work: string, list: CheckList) => Promise<void>>> = {
  bytes: async (work, list) => {
    for (const stem of models)
      for (const precision of ["fp32", "int8"]) await checkSameBytes(stem, precision, work, list);
  },
  kills: (work, list) => checkKills(work, "residual-cnn", plainJob, list),
  signals: (work, list) => checkSignals(work, "residual-cnn", plainJob, list),
  tuning: (work, list) => checkTuningKills(work, "residual-cnn", tuningJob("default"), kernelKills, list),
  "shared-records": (work, list) => checkSharedRecords(work, "residual-cnn", tuningJob("quick"), "kernels", list),
  "form-tuning": (work, list) => checkTuningKills(work, "residual-cnn", formJob, formKills, list),
  "shared-form-records": (work, list) => checkSharedRecords(work, "residual-cnn", formJob, "forms", list),
};

const plainJob: Job = (folder, ...more) => optimizeArgs("residual-cnn", folder, "--precision", "int8", ...more);

/** A job that searches for kernels, without a limit of time: hundreds of trials. */
function tuningJob(effort: string): Job {
  return (folder, ...more) => plainJob(folder, "--target", "cpu", "--tune", effort, "--budget", "10m", ...more);
}

/** A job that searches for the precision of layers and for session options in ONNX Runtime, on one thread and on two. */
const formJob: Job = (folder, ...more) =>
  plainJob(folder, "--target", "onnxruntime", "--tune", "default", "--threads", "1,2", "--budget", "10s", ...more);

/** Checks that the same inputs give the same bytes, and that no moment of being killed does damage. */
async function main(): Promise<number> {
  const list = makeCheckList();
  const named = process.argv.slice(2);
  const unknown = named.filter((name) => !(name in parts));
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}`);
  const work = mkdtempSync(join(tmpdir(), "infer-opt-determinism-"));
  try {
    for (const [name, check] of Object.entries(parts)) {
      if (named.length > 0 && !named.includes(name)) continue;
      const folder = join(work, name);
      mkdirSync(folder);
      await check(folder, list);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return list.close();
}

process.exitCode = await main();
