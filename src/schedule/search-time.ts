import type { EarlyEnd, RunControl } from "../events.ts";
import { noControl } from "../events.ts";
import type { Clock } from "../measure/index.ts";

/** How long a search may still measure. It is asked between measurements: none is broken off. */
export interface SearchTime {
  /** Milliseconds that are left of the budget, pauses not counted; Infinity without one, negative where it is overrun. */
  readonly leftMs: number;
  /** Why no measurement may begin now, where `keptMs` (0 by default) are to be left for another; undefined where one may. */
  endedBy(keptMs?: number): EarlyEnd | undefined;
}

/** Starts the time of a search now. */
export function startSearchTime(
  { clock, control = noControl }: { readonly clock: Clock; readonly control?: RunControl },
  budgetMs: number,
): SearchTime {
  const start = clock.now();
  const pausedBefore = control.pausedMs;
  const leftMs = (): number => budgetMs - (clock.now() - start) / 1e6 + (control.pausedMs - pausedBefore);
  return {
    get leftMs() {
      return leftMs();
    },
    endedBy: (keptMs = 0) => {
      if (control.isStopping) return "stopped";
      return leftMs() <= keptMs ? "budget" : undefined;
    },
  };
}

/** The time of a search that nothing ends. */
export const endlessTime: SearchTime = { leftMs: Infinity, endedBy: () => undefined };

/** What ended a search, for people. */
export function describeEnd(end: EarlyEnd): string {
  return end === "stopped" ? "stopped on request" : "the budget ended the search";
}
