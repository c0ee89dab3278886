import { parentPort, workerData } from "node:worker_threads";
import { createSession } from "../../src/session.ts";
import { createNativeSession } from "../../src/runtime/index.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { feedsOf, sameOutputs } from "./feeds.ts";
import { libc } from "./libc.ts";
import type { RoundOrder, SoakResult, SoakTask } from "./run-rounds.ts";

const { lane, model, expected, leak } = workerData as SoakTask & { readonly lane: number };
/** Runs of a session, and how many of them go on at once. */
const runsPerSession = 12;
const atOnce = 3;

parentPort?.on("message", ({ ms }: RoundOrder) => {
  if (ms === 0) parentPort?.close();
  else void work(ms).then((result) => parentPort?.postMessage(result, []));
});

/** One session after the other: created, run, destroyed. Every fourth may run without ONNX Runtime. */
async function work(ms: number): Promise<SoakResult> {
  const end = Date.now() + ms;
  const failures: string[] = [];
  let runs = 0;
  let sessions = 0;
  for (; Date.now() < end && failures.length === 0; sessions++) {
    const create = (lane + sessions) % 4 === 0 ? createSession : createNativeSession;
    const session = await create(model, { intraOpNumThreads: 1 + (sessions % 2) });
    for (let first = 0; first < runsPerSession; first += atOnce)
      await Promise.all(
        Array.from({ length: atOnce }, async (_, i) => {
          const input = (first + i) % expected.length;
          const outputs = await session.run(feedsOf(input));
          if (!sameOutputs(outputs, expected[input])) failures.push(`input ${input} gave other outputs`);
          runs++;
        }),
      );
    await session.release();
    if (leak > 0) libc?.leak(leak);
  }
  collectGarbage();
  return { sessions, runs, failures };
}
