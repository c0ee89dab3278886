/** Turns of the event loop so far: between two counts that differ, keys, signals and timers were heard. */
export function countTurns(): { readonly count: number; stop(): void } {
  let count = 0;
  let isCounting = true;
  const turn = (): void => {
    count++;
    if (isCounting) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    get count() {
      return count;
    },
    stop: () => void (isCounting = false),
  };
}
