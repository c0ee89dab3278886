import { nextTurn } from "../events.ts";
import { seededRandom } from "../measure/index.ts";
import { templateId } from "./candidate.ts";
import type { CrashWatch } from "./crash-watch.ts";
import type { SearchState } from "./search/search.ts";
import type { TrialBook } from "./trial-book.ts";
import { untriedKernel } from "./trial-book.ts";
import type { Emitted, TrialRunner } from "./trial-runner.ts";
import type { TuningContext } from "./tuning-task.ts";

/** Where the kernels of a search come from. */
export interface FreshKernels {
  /** The search has no more to propose. */
  readonly isExhausted: boolean;
  /** Candidates that the effort still allows. */
  readonly room: number;
  /** Kernels not seen before, at most `count`. What has the code of another counts as tried with that one's time. */
  take(count: number): Promise<readonly Emitted[]>;
}

/** Opens the source of a search's kernels: what it proposes, emitted, without those that are known by their code. */
export function openFreshKernels(
  space: Omit<SearchState, "tried">,
  { search, effort, seed }: TuningContext,
  book: TrialBook,
  runner: TrialRunner,
  crashes: CrashWatch,
): FreshKernels {
  let isExhausted = false;
  const room = (): number => effort.candidates - book.tried.filter(({ isTwin }) => !isTwin).length;
  return {
    get isExhausted() {
      return isExhausted;
    },
    get room() {
      return room();
    },
    take: async (count) => {
      const fresh: Emitted[] = [];
      while (fresh.length === 0 && !isExhausted && room() > 0) {
        await nextTurn();
        const random = seededRandom(seed + book.tried.length);
        const proposed = search.propose({ ...space, tried: book.tried }, count, random);
        isExhausted = proposed.length === 0;
        for (const candidate of proposed) {
          if (crashes.isOut(templateId(candidate.template))) {
            book.note(untriedKernel(candidate));
            continue;
          }
          await nextTurn();
          const emitted = runner.emit(candidate);
          if (emitted === undefined) continue;
          const { code } = emitted;
          const twin = book.tried.find((other) => other.code === code);
          if (twin !== undefined || fresh.some((other) => other.code === code))
            book.note(untriedKernel(candidate, twin));
          else fresh.push(emitted);
        }
      }
      return fresh;
    },
  };
}
