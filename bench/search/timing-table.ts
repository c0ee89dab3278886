import type { Kernel } from "../../src/codegen/index.ts";
import type { Candidate, KernelCase, TuningContext, TuningTask, WorkloadCase } from "../../src/schedule/index.ts";
import { candidateText, templateId } from "../../src/schedule/index.ts";
import { scoreOf } from "../../src/schedule/kernel-samples.ts";
import { makeCrashWatch } from "../../src/schedule/crash-watch.ts";
import type { RaceStage } from "../../src/schedule/successive-halving.ts";
import { openTrialBook } from "../../src/schedule/trial-book.ts";
import type { Emitted } from "../../src/schedule/trial-runner.ts";
import { makeTrialRunner } from "../../src/schedule/trial-runner.ts";

/** Kernels that are timed in the same rounds. */
const batchSize = 16;

/** How each kernel is timed: all rounds, whatever it is like. */
const ROUNDS = 10;
const stages: readonly RaceStage[] = [{ rounds: ROUNDS, within: Infinity, atMost: Infinity }];

/** What is known of a candidate. */
export interface TableEntry {
  /** Time divided by the reference loop's; infinite for a failure. */
  readonly score: number;
  /** Hash of the kernel: candidates with the same one are one trial. Empty for what cannot be emitted. */
  readonly code: string;
}

/** Measured times of one workload: every point is measured once, whoever asks. */
export interface TimingTable {
  /** Distinct kernels with a time or a failure. */
  readonly size: number;
  /** The least score, and the nanoseconds of that kernel. */
  readonly best: { readonly score: number; readonly ns: number; readonly candidate: string };
  lookUp(candidates: readonly Candidate[]): Promise<readonly TableEntry[]>;
  /** Times the best kernels anew: the median of how far they are from what the table has of them, as a share. */
  measureNoise(count: number): Promise<number>;
}

/** Opens the table of a task; what its records know is in it. */
export function openTimingTable(task: TuningTask, context: TuningContext): TimingTable {
  const crashes = makeCrashWatch();
  const book = openTrialBook(task, context, context);
  const runner = makeTrialRunner(task, context, book, crashes);
  const codes = new Map<string, string>();
  const scores = new Map<string, number>();
  const update = (): void => {
    for (const { candidate, code, score, isTwin } of book.tried) {
      if (isTwin) continue;
      codes.set(candidateText(candidate), code);
      if (code !== "") scores.set(code, score);
    }
  };
  update();
  const timed = () => book.tried.filter(({ isTwin }) => !isTwin).sort((a, b) => a.score - b.score);

  const measure = async (candidates: readonly Candidate[]): Promise<void> => {
    const fresh = new Map<string, Emitted>();
    for (const candidate of candidates) {
      if (codes.has(candidateText(candidate)) || crashes.isOut(templateId(candidate.template))) continue;
      const emitted = runner.emit(candidate);
      codes.set(candidateText(candidate), emitted?.code ?? "");
      if (emitted !== undefined && !scores.has(emitted.code)) fresh.set(emitted.code, emitted);
    }
    const kernels = [...fresh.values()];
    for (let at = 0; at < kernels.length; at += batchSize)
      await runner.race(await runner.verify(kernels.slice(at, at + batchSize)), stages);
    if (kernels.length > 0) update();
  };

  return {
    get size() {
      return book.tried.filter(({ isTwin }) => !isTwin).length;
    },
    get best() {
      const [first] = timed();
      if (first?.ns === undefined) throw new Error(`${task.label}: no kernel was timed`);
      return { score: first.score, ns: first.ns, candidate: candidateText(first.candidate) };
    },
    lookUp: async (candidates) => {
      await measure(candidates);
      return candidates.map((candidate) => {
        const code = codes.get(candidateText(candidate)) ?? "";
        return { score: scores.get(code) ?? Infinity, code };
      });
    },
    measureNoise: async (count) => {
      const best = timed()
        .slice(0, count)
        .filter(({ kernel }) => kernel !== undefined);
      const kernels = best.map(({ kernel, candidate }): KernelCase => ({
        ...(task.cases()[0] as WorkloadCase),
        kernel: kernel as Kernel,
        correctness: candidate.template.correctness,
      }));
      const { mode, measurer, signal } = context;
      const { rounds } = await measurer.time(kernels, { rounds: ROUNDS, mode, threads: task.threads }, signal);
      const shares = best.map(({ score }, i) => {
        const samples = {
          ns: rounds.map(({ ns }) => ns[i] as number),
          referenceNs: rounds.map(({ referenceNs }) => referenceNs),
        };
        return Math.abs(scoreOf(samples) / score - 1);
      });
      shares.sort((a, b) => a - b);
      return shares[Math.floor(shares.length / 2)] ?? 0;
    },
  };
}
