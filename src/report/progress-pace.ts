import type { CompileEvent } from "../events.ts";

type ProgressEvent = Extract<CompileEvent, { type: "progress" }>;

/** Milliseconds from one line about progress to the next, and to the first. */
const betweenLines = 2000;

/** Tells which news of progress is worth a line: every two seconds and the end, nothing of what is done sooner. */
export function progressPace(): { tells(event: ProgressEvent): boolean } {
  let phase = "";
  let done = Infinity;
  let toldAt = 0;
  let isTold = false;
  return {
    tells: (event) => {
      const now = Date.now();
      if (event.phase !== phase || event.done <= done) {
        toldAt = now;
        isTold = false;
      }
      ({ phase, done } = event);
      const isDue = now - toldAt >= betweenLines || (event.done >= event.total && isTold);
      if (!isDue) return false;
      toldAt = now;
      isTold = true;
      return true;
    },
  };
}
