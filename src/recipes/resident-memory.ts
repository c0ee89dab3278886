import { InferOptError } from "../diagnostics/index.ts";
import { startWorker, toWire } from "../runtime/index.ts";
import { isRuntimeFailure } from "./accuracy.ts";
import type { Form } from "./form.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { readFeeds } from "./samples.ts";

/** Runs after which a session has all memory that it needs. */
const enough = { runs: 5, budgetNs: 2e9 };

/**
 * Bytes of memory that stay resident in a process of its own that loads each form and runs it a few times on one thread,
 * Node and ONNX Runtime included, by the form's name. Forms that cannot be run are left out.
 */
export async function residentMemory(
  forms: readonly Form[],
  samples: Samples,
  { environment, signal }: Run,
): Promise<ReadonlyMap<string, number>> {
  const [feeds = new Map()] = await readFeeds(samples.check);
  const found = new Map<string, number>();
  for (const form of forms) {
    signal.throwIfAborted();
    const worker = startWorker({ scratch: environment.temp.path });
    const stop = (): void => worker.stop();
    signal.addEventListener("abort", stop, { once: true });
    try {
      const settings = { optimization: "all", threads: 1, native: environment.native } as const;
      const { session } = await worker.request({ op: "open", model: await form.file(), settings });
      const { rssBytes } = await worker.request({ op: "repeat", session, feeds: toWire(feeds), ...enough });
      found.set(form.name, rssBytes);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof InferOptError) || !isRuntimeFailure(error)) throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      stop();
    }
  }
  return found;
}
