import type { CompileEvent, TuningHistory } from "../events.ts";

/** Gathers, from what a compile tells, how its searches went. */
export interface HistoryKeeper {
  handle(event: CompileEvent): void;
  /** In the order in which the searches began; those that tried nothing are left out. Trials of this run come before records. */
  read(): readonly TuningHistory[];
}

/** A keeper that has heard nothing yet. */
export function keepHistory(): HistoryKeeper {
  const all = new Map<string, { history: TuningHistory; readonly best: TuningHistory["best"][number][] }>();
  const replayed = new Map<string, TuningHistory>();
  return {
    handle: (event) => {
      if (event.type === "tuning-replayed") replayed.set(keyOf(event.history), event.history);
      if (event.type !== "trial") return;
      const { workload, threads, status, ns } = event;
      const key = keyOf(event);
      const known = all.get(key);
      const best = known?.best ?? [];
      const before = known?.history ?? { workload, threads, tried: 0, failed: 0, best };
      const tried = before.tried + 1;
      const failed = before.failed + Number(status !== "ok");
      if (ns !== undefined && ns < (best.at(-1)?.ns ?? Infinity)) best.push({ after: tried, ns });
      all.set(key, { history: { ...before, tried, failed }, best });
    },
    read: () => [
      ...[...all.values()].map(({ history }) => history),
      ...[...replayed].flatMap(([key, history]) => (all.has(key) ? [] : [history])),
    ],
  };
}

function keyOf({ workload, threads }: Pick<TuningHistory, "workload" | "threads">): string {
  return `${threads} ${workload}`;
}
