import type { Reporter } from "../events.ts";

/**
 * Runs what is timed, in another process, and tells when it starts and ends. `between` is for what happens between two
 * rounds, when the clock stands: it is told of as well.
 */
export async function underTheClock<T>(
  reporter: Reporter,
  action: (between: <R>(pause: () => Promise<R>) => Promise<R>) => Promise<T>,
): Promise<T> {
  let isOver = false;
  const tell = (state: "started" | "ended"): void => {
    if (!isOver) reporter.handle({ type: "timing", state });
  };
  tell("started");
  try {
    return await action(async (pause) => {
      tell("ended");
      try {
        return await pause();
      } finally {
        tell("started");
      }
    });
  } finally {
    tell("ended");
    isOver = true;
  }
}
