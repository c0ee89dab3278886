import { allowedCpus } from "../../exec/index.ts";
import type { Feeds } from "../../pipeline/index.ts";
import type { ModelInstance, SessionSettings } from "../../runtime/index.ts";
import { startModelInstance, toWire } from "../../runtime/index.ts";

/** Instances of a model, each a process of its own, and processes beside them that share the cores. */
export interface LoadInstances {
  readonly instances: readonly ModelInstance[];
  /** The CPUs of each instance; undefined where they were not pinned. */
  readonly cpus: readonly (readonly number[])[] | undefined;
  close(): void;
}

/** What instances are opened with. */
export interface InstanceSetup {
  readonly model: string;
  readonly settings: SessionSettings;
  readonly feeds: Feeds;
  /** Samples in the feeds. */
  readonly rows: number;
  readonly count: number;
  readonly coRunners: number;
  readonly signal: AbortSignal;
}

/** Milliseconds that a process is told to keep a core busy, again and again. */
const SPIN_MS = 60_000;

/** Keeps a core busy until the process is stopped, which is no failure. */
export async function keepBusy(process: Pick<ModelInstance, "request">): Promise<void> {
  try {
    for (;;) await process.request({ op: "spin", ms: SPIN_MS });
  } catch {
    // The end of the process is the end of its work.
  }
}

/** Disjoint sets of CPUs for instances with so many threads each; undefined where there are not enough, or none are known. */
export function spreadCpus(
  cpus: readonly number[] | undefined,
  count: number,
  threads: number,
): readonly (readonly number[])[] | undefined {
  if (cpus === undefined || count * threads > cpus.length) return undefined;
  return Array.from({ length: count }, (_, i) => cpus.slice(i * threads, (i + 1) * threads));
}

/** Starts the processes. The caller closes them, whatever happens; an abort ends them at once. */
export async function openInstances(setup: InstanceSetup): Promise<LoadInstances> {
  const { model, settings, rows, count, coRunners, signal } = setup;
  const instances = Array.from({ length: count }, startModelInstance);
  const others = Array.from({ length: coRunners }, startModelInstance);
  const stop = (): void => [...instances, ...others].forEach((each) => each.stop());
  const close = (): void => {
    signal.removeEventListener("abort", stop);
    stop();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const sets = spreadCpus(allowedCpus(), count, settings.threads);
    const feeds = toWire(setup.feeds);
    const opened: boolean[] = [];
    for (const [i, instance] of instances.entries())
      opened.push((await instance.request({ op: "open", model, settings, feeds, rows, cpus: sets?.[i] ?? [] })).pinned);
    for (const other of others) void keepBusy(other);
    return { instances, cpus: opened.every(Boolean) ? sets : undefined, close };
  } catch (error) {
    close();
    throw error;
  }
}
