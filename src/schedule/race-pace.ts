/** How long races take here, by the last one: what whole models and kernels differ by most. */
export interface RacePace {
  /** A race of so many entrants and rounds took so long. */
  note(entrants: number, rounds: number, ms: number): void;
  /** Milliseconds that a race is expected to take; 0 before the first. */
  expect(entrants: number, rounds: number): number;
}

/** A pace that knows no race yet. */
export function makeRacePace(): RacePace {
  let msPerEntry = 0;
  return {
    note: (entrants, rounds, ms) => {
      if (entrants * rounds > 0) msPerEntry = ms / (entrants * rounds);
    },
    expect: (entrants, rounds) => msPerEntry * entrants * rounds,
  };
}
