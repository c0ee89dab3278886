/** How long races take here, by what was seen of them: whole models and kernels differ by most in that. */
export interface RacePace {
  /** Checking a candidate took so long. */
  noteCheck(ms: number): void;
  /** A race of so many entrants and rounds took so long. */
  noteRace(entrants: number, rounds: number, ms: number): void;
  /** Milliseconds that a race is expected to take, by the last one; 0 before the first. */
  expect(entrants: number, rounds: number): number;
  /** The same, but before the first race by the last check, which opens a candidate and runs it once. */
  guess(entrants: number, rounds: number): number;
}

/** A pace that knows nothing yet. */
export function makeRacePace(): RacePace {
  let checkMs = 0;
  let msPerEntry: number | undefined;
  return {
    noteCheck: (ms) => void (checkMs = ms),
    noteRace: (entrants, rounds, ms) => {
      if (entrants * rounds > 0) msPerEntry = ms / (entrants * rounds);
    },
    expect: (entrants, rounds) => (msPerEntry ?? 0) * entrants * rounds,
    guess: (entrants, rounds) => (msPerEntry ?? checkMs) * entrants * rounds,
  };
}
