import { createHash } from "node:crypto";
import type { KernelCase, Measurer, TrialIdentity, TrialRecord, TuningRecords } from "../../../src/schedule/index.ts";
import { trialKey, trialScore } from "../../../src/schedule/index.ts";

/** Raised when what is measured changes in meaning: records of other versions are not read. */
const version = 1;

/** Rounds of which the least time counts. */
const rounds = 8;

/** Who measures, for records. */
export interface CalibrationStamp {
  readonly tool: string;
  readonly now: () => string;
}

/** A thing that is measured: its name, and a kernel that does nothing else. */
export interface CalibrationTask {
  readonly name: string;
  readonly kernelCase: KernelCase;
}

/** What the records know best of a thing on their device: least time against the reference loop. Undefined for failures. */
export function bestTrial(name: string, records: TuningRecords): TrialRecord | undefined {
  const [best] = records.cache.trials(trialKey(identityOf(name, records)));
  return best !== undefined && Number.isFinite(trialScore(best)) ? best : undefined;
}

/** Times all at once, hot and on one thread, and records them. */
export async function measureTrials(
  tasks: readonly CalibrationTask[],
  measurer: Measurer,
  records: TuningRecords,
  stamp: CalibrationStamp,
  signal: AbortSignal,
): Promise<void> {
  const kernels = tasks.map(({ kernelCase }) => kernelCase);
  const batch = await measurer.time(kernels, { rounds, threads: 1, mode: "hot" }, signal);
  if (batch.rounds.length === 0) return;
  const sorted = (of: (round: (typeof batch.rounds)[number]) => number): readonly number[] =>
    batch.rounds.map(of).sort((a, b) => a - b);
  const [reference = Number.NaN] = sorted(({ referenceNs }) => referenceNs);
  records.cache.append(
    tasks.map(({ name, kernelCase }, i): TrialRecord => {
      const ns = sorted((round) => round.ns[i] ?? Number.NaN);
      return {
        ...{ v: 1, kind: "trial", at: stamp.now(), tool: stamp.tool },
        ...identityOf(name, records),
        key: trialKey(identityOf(name, records)),
        point: {},
        code: createHash("sha256").update(kernelCase.kernel.code).digest("hex"),
        ...outcomeOf(ns, reference),
      };
    }),
  );
}

function outcomeOf(sortedNs: readonly number[], referenceNs: number): Pick<TrialRecord, "status" | "ns" | "reference"> {
  const [least = Number.NaN] = sortedNs;
  if (!Number.isFinite(least)) return { status: "run" };
  const at = (share: number): number =>
    sortedNs[Math.min(sortedNs.length - 1, Math.floor(sortedNs.length * share))] ?? least;
  const ns = { min: least, median: at(0.5), p90: at(0.9), n: sortedNs.length, mode: "hot" as const };
  return { status: "ok", ns, reference: { ns: referenceNs } };
}

function identityOf(name: string, { device, toolchain }: TuningRecords): TrialIdentity & { readonly threads: number } {
  return {
    workload: { op: "calibrate", figure: name },
    template: `calibrate@${version}`,
    device,
    toolchain,
    threads: 1,
  };
}
