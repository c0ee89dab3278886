/** How forms are timed against each other. All times in milliseconds. */
export interface MeasurePolicy {
  /** Untimed running of every form before the first round. */
  readonly warmupMs: number;
  /** Rounds at least; in each, every form runs one block and the reference loop runs once before and once after. */
  readonly rounds: number;
  /** Aim for one block; at least `minIterations` timed inferences whatever it takes. */
  readonly blockMs: number;
  readonly minIterations: number;
  /** First inferences of a block that do not count, because caches hold another form's data. */
  readonly dropPerBlock: number;
  /**
   * More rounds are run, up to this many, while the speed ratio of some form against the first is not known to within
   * `intervalWidth` (width of its 95 % interval).
   */
  readonly maxRounds: number;
  readonly intervalWidth: number;
  /** Rounds stop when this much time has gone, but never before two. */
  readonly budgetMs: number;
  /** A round counts only when its reference loop is within this share of the best (0.08: formats.md of the design). */
  readonly referenceTolerance: number;
}

/** Presets of `--tune`: how long a race takes for forms of a few milliseconds. */
export const measurePolicies: Readonly<Record<"quick" | "default" | "extensive", MeasurePolicy>> = {
  quick: {
    warmupMs: 60,
    rounds: 6,
    maxRounds: 18,
    intervalWidth: 0.08,
    blockMs: 40,
    minIterations: 2,
    dropPerBlock: 1,
    budgetMs: 15_000,
    referenceTolerance: 0.08,
  },
  default: {
    warmupMs: 200,
    rounds: 14,
    maxRounds: 60,
    intervalWidth: 0.04,
    blockMs: 80,
    minIterations: 3,
    dropPerBlock: 1,
    budgetMs: 60_000,
    referenceTolerance: 0.08,
  },
  extensive: {
    warmupMs: 200,
    rounds: 40,
    maxRounds: 200,
    intervalWidth: 0.02,
    blockMs: 120,
    minIterations: 4,
    dropPerBlock: 2,
    budgetMs: 300_000,
    referenceTolerance: 0.08,
  },
};
