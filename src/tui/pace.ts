/** Milliseconds between two frames at least: ten a second at most. */
const leastGapMs = 100;

/** Milliseconds between two frames that nobody asked for, at least: counters can be read no faster. */
const leastRestMs = 250;

/** Share of the time that may be spent on frames that nobody asked for. */
const drawingShare = 0.003;

/** No frame is waited for longer than this, though one took long: the first of all does. */
const longestRestMs = 1000;

/** When the next frame may be drawn. */
export interface Pace {
  /** `isAsked`: a person waits for it. */
  isDue(at: number, isAsked: boolean): boolean;
  /** A frame was complete at a time and had taken so long. */
  drew(at: number, tookMs: number): void;
}

/**
 * Frames come at most ten a second. Those that nobody asked for come at most four times, and more seldom where a frame costs
 * much: drawing stays below a share of the time whatever the size of the terminal and the speed of the machine.
 */
export function makePace(): Pace {
  let drawnAt = -Infinity;
  let restMs = 0;
  return {
    isDue: (at, isAsked) => at - drawnAt >= (isAsked ? leastGapMs : restMs),
    drew: (at, tookMs) => {
      drawnAt = at;
      restMs = Math.max(leastRestMs, Math.min(longestRestMs, tookMs / drawingShare));
    },
  };
}
