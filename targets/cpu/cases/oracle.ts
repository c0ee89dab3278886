import { inTurns } from "../../../src/events.ts";

/** What must come out of parts of a workload; each part is computed once. */
export interface Oracle<Result> {
  /** Computes all parts, with turns for others: one part takes a hundred milliseconds where layers are wide. */
  prepare(): Promise<void>;
  /** The results in the order of the parts; those that are not there yet are computed at once. */
  results(): readonly Result[];
}

/** An oracle that computes nothing before it is asked. */
export function makeOracle<Part, Result>(
  parts: () => readonly Part[],
  compute: (part: Part) => Result,
): Oracle<Result> {
  const done: Result[] = [];
  let all: readonly Part[] | undefined;
  function* steps(): Generator<void, void> {
    for (const part of (all ??= parts()).slice(done.length)) {
      done.push(compute(part));
      yield;
    }
  }
  return {
    prepare: () => inTurns(steps()),
    results: () => {
      for (const _ of steps()) continue;
      return done;
    },
  };
}
