import type { MeasurePolicy } from "./policy.ts";

/** How long a benchmark lasts, in the terms of trtexec. All times in milliseconds. */
export interface BenchLimits {
  readonly warmUpMs: number;
  /** Timed running of each model at least. */
  readonly durationMs: number;
  /** Timed inferences of each model at least. */
  readonly iterations: number;
}

/** Aim for one block of a model: some dozen rounds of models in turns, each long enough to warm the caches up. */
const BLOCK_MS = 80;

/** Inferences slower than this need no warming up of caches in each block. */
const LONG_MS = 20;

/** Blocks of one model that a benchmark is cut into at least, so that models are in turns. */
const LEAST_ROUNDS = 4;

/**
 * The race that gives models of these times an inference each their time and their inferences. No round is dropped, however
 * loaded the machine: percentiles are to tell what a user would meet.
 */
export function benchPolicy({ warmUpMs, durationMs, iterations }: BenchLimits, ns: readonly number[]): MeasurePolicy {
  const blockMs = Math.min(BLOCK_MS, Math.max(durationMs / LEAST_ROUNDS, 1));
  const rounds = ns.map((each) => {
    const perBlock = Math.max(1, Math.ceil((blockMs * 1e6) / each));
    return Math.max(Math.ceil(durationMs / Math.max(blockMs, each / 1e6)), Math.ceil(iterations / perBlock));
  });
  return {
    warmupMs: warmUpMs,
    rounds: rounds.reduce((a, b) => Math.max(a, b), LEAST_ROUNDS),
    maxRounds: 0,
    intervalWidth: 0,
    blockMs,
    minIterations: 1,
    dropPerBlock: ns.some((each) => each > LONG_MS * 1e6) ? 0 : 1,
    budgetMs: Infinity,
    referenceTolerance: Infinity,
  };
}
