import { join } from "node:path";
import { InferOptError } from "../../diagnostics/index.ts";
import { parseModel } from "../../ir/index.ts";
import { saveModel } from "../../onnx/index.ts";
import { startWorker, toWire } from "../../runtime/index.ts";
import type { ProofResources } from "../../schedule/index.ts";
import { isRuntimeFailure } from "../accuracy/accuracy.ts";
import type { Form } from "../form.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";
import { readFeeds } from "../samples.ts";

/** Runs after which a session has all memory that it needs. */
const enough = { runs: 5, budgetNs: 2e9 };

/** With a session of this model, made and closed, the runtime's own code and data are resident. */
const tiny = "opset 17\ngraph g {\n  in %x: float32[1]\n  %y = Identity(%x)\n  out %y\n}\n";

/**
 * Memory at its peak while a process of its own for each form makes a session and runs it a few times on one thread: what
 * the session adds to a process in which the runtime is loaded, and the whole process. Forms that cannot be run are left out.
 */
export async function residentMemory(
  forms: readonly Form[],
  samples: Samples,
  { environment, signal, reporter }: Pick<Run, "environment" | "signal" | "reporter">,
): Promise<readonly ProofResources[]> {
  const [feeds = new Map()] = await readFeeds(samples.check);
  const { path: runtimeAlone } = await saveModel(parseModel(tiny), join(environment.temp.path, "runtime-alone.onnx"));
  const settings = { optimization: "all", threads: 1, native: environment.native } as const;
  const found: ProofResources[] = [];
  for (const form of forms) {
    signal.throwIfAborted();
    const worker = startWorker({ scratch: environment.temp.path });
    const stop = (): void => worker.stop();
    signal.addEventListener("abort", stop, { once: true });
    try {
      const { session: first } = await worker.request({ op: "open", model: runtimeAlone, settings });
      await worker.request({ op: "close", session: first });
      const { residentBytes } = await worker.request({ op: "memory" });
      const { session } = await worker.request({ op: "open", model: await form.file(), settings });
      await worker.request({ op: "repeat", session, feeds: toWire(feeds), ...enough });
      const { peakBytes } = await worker.request({ op: "memory" });
      found.push({
        ...{ form: form.name, memoryBytes: Math.max(0, peakBytes - residentBytes), processBytes: peakBytes },
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof InferOptError) || !isRuntimeFailure(error)) throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      stop();
    }
    reporter.handle({ type: "progress", phase: "memory", done: found.length, total: forms.length });
  }
  return found;
}
