import { setImmediate } from "node:timers/promises";
import { pinProcess } from "../../exec/index.ts";
import type { RuntimeValue } from "../../ir/index.ts";
import { isTensor, tensorFromBytes } from "../../ir/index.ts";
import { systemClock } from "../../measure/index.ts";
import type { OrtSession } from "../ort/session.ts";
import { openSession } from "../ort/session.ts";
import { serveRequests } from "../worker/serve.ts";
import { fromWire } from "../worker/wire.ts";
import type { InstanceAnswers, InstanceRequest } from "./protocol.ts";

type Feeds = ReadonlyMap<string, RuntimeValue>;

/** The first rows of every tensor. */
function firstRows(feeds: Feeds, rows: number): Feeds {
  return new Map(
    [...feeds].map(([name, value]) => {
      if (!isTensor(value) || value.stringBytes !== undefined || value.dtype === "string")
        throw new TypeError(`"${name}" cannot be cut into batches`);
      const [all = 1, ...rest] = value.shape;
      const bytes = value.bytes();
      return [name, tensorFromBytes(value.dtype, [rows, ...rest], bytes.subarray(0, (bytes.byteLength / all) * rows))];
    }),
  );
}

/** An instance of a model: opens one session, then runs batches of any size up to that of its feeds. */
function serve(): void {
  let session: OrtSession | undefined;
  let all: { readonly feeds: Feeds; readonly rows: number } | undefined;
  const runs = new Map<number, () => Promise<void>>();
  const runOf = (size: number): (() => Promise<void>) => {
    if (session === undefined || all === undefined) throw new Error("no model is open");
    const known = runs.get(size) ?? session.prepare(size === all.rows ? all.feeds : firstRows(all.feeds, size));
    runs.set(size, known);
    return known;
  };
  const answer = async (request: InstanceRequest): Promise<InstanceAnswers[keyof InstanceAnswers]> => {
    switch (request.op) {
      case "open": {
        // Threads that the runtime starts later stay where this one is.
        const pinned = pinProcess(request.cpus);
        session = await openSession(request.model, request.settings);
        all = { feeds: fromWire(request.feeds), rows: request.rows };
        await runOf(1)();
        return { pinned };
      }
      case "batch": {
        const run = runOf(request.size);
        const start = systemClock.now();
        await run();
        return { ns: systemClock.now() - start };
      }
      case "spin": {
        const end = systemClock.now() + request.ms * 1e6;
        // A message may come in between: the parent's end is one.
        for (let sum = 0; systemClock.now() < end; await setImmediate()) for (let i = 0; i < 5e6; i++) sum += i & 7;
        return {};
      }
    }
  };
  serveRequests<InstanceRequest, InstanceAnswers>(answer, () => undefined);
}

serve();
