/** A time that runs out unless it is held. */
export interface TimeLimit {
  /** Stops the clock; what is left counts on from {@link run}. */
  hold(): void;
  run(): void;
}

/** Starts a limit of `ms` milliseconds, after which `end` is called. */
export function startTimeLimit(ms: number, end: () => void): TimeLimit {
  let left = ms;
  let since = performance.now();
  let timer: NodeJS.Timeout | undefined = setTimeout(end, left);
  return {
    hold: () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      left -= performance.now() - since;
    },
    run: () => {
      if (timer !== undefined) return;
      since = performance.now();
      timer = setTimeout(end, Math.max(0, left));
    },
  };
}
