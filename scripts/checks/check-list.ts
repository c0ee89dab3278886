/** Counts checks and prints each as it is made. */
export interface CheckList {
  check(what: string, holds: boolean, detail?: string): void;
  /** Prints the closing line and gives the exit code. */
  close(): number;
}

/** An empty list. */
export function makeCheckList(): CheckList {
  let passed = 0;
  let failed = 0;
  return {
    check: (what, holds, detail = "") => {
      if (holds) passed++;
      else failed++;
      console.log(`${holds ? "ok    " : "FAILED"} ${what}${holds || detail === "" ? "" : `: ${detail}`}`);
    },
    close: () => {
      console.log(`${passed} passed, ${failed} failed`);
      return failed === 0 ? 0 : 1;
    },
  };
}
