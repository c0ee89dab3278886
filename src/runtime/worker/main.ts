import { rmSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { forgetPeak, processMemory, race, systemClock } from "../../measure/index.ts";
import { loadModel } from "../../onnx/index.ts";
import { findEnergySources, measurePower, openEnergyCounter } from "../energy/counters.ts";
import { loadHostLibrary } from "../native.ts";
import { profileRegions } from "../profile-regions.ts";
import type { OrtSession } from "../ort/session.ts";
import { openSession } from "../ort/session.ts";
import type { WorkerAnswers, WorkerRequest } from "./protocol.ts";
import { serveRequests } from "./serve.ts";
import { fromWire, toWire } from "./wire.ts";

/**
 * The measuring process: opens sessions, runs and times them on request. When its parent goes away, be it killed, it
 * removes the parent's scratch folder (its first argument) and ends. Sessions bear the number of the request that opened
 * them: numbers never come twice, so none of a process that crashed can be taken for one of its successor.
 */
function serve(): void {
  const sessions = new Map<number, OrtSession>();
  const sessionOf = (number: number): OrtSession => {
    const session = sessions.get(number);
    if (session === undefined) throw new Error(`no session ${number}`);
    return session;
  };

  const answer = async (
    request: WorkerRequest,
    id: number,
    onRound: (round: number, rounds: number) => Promise<boolean>,
  ): Promise<WorkerAnswers[keyof WorkerAnswers]> => {
    switch (request.op) {
      case "open": {
        const start = systemClock.now();
        const session = await openSession(request.model, request.settings);
        sessions.set(id, session);
        const { inputNames, outputNames, opaqueOutputs } = session;
        const openMs = (systemClock.now() - start) / 1e6;
        return {
          session: id,
          inputNames,
          outputNames,
          opaqueOutputs,
          openMs,
        };
      }
      case "run":
        return { values: toWire(await sessionOf(request.session).run(fromWire(request.feeds), request.wanted)) };
      case "repeat": {
        const run = sessionOf(request.session).prepare(fromWire(request.feeds));
        const end = systemClock.now() + request.budgetNs;
        let leastNs = Infinity;
        for (let done = 0; done < 3 || (done < request.runs && systemClock.now() < end); done++) {
          const start = systemClock.now();
          await run();
          leastNs = Math.min(leastNs, systemClock.now() - start);
        }
        return { rssBytes: process.memoryUsage.rss(), leastNs };
      }
      case "profile": {
        const host = loadHostLibrary();
        if ("missing" in host) return { regions: [] };
        const { model } = await loadModel(request.model);
        return { regions: profileRegions(model, host, request.limits) };
      }
      case "memory": {
        const memory = processMemory();
        forgetPeak();
        return memory;
      }
      case "energy":
        return findEnergySources();
      case "power":
        return measurePower(() => setTimeout(request.ms), systemClock);
      case "close":
        await sessions.get(request.session)?.close();
        sessions.delete(request.session);
        return {};
      case "race": {
        const forms = request.forms.map(({ name, session, feeds }) => ({
          name,
          run: sessionOf(session).prepare(fromWire(feeds)),
        }));
        const counter = request.energy === undefined ? undefined : openEnergyCounter(request.energy);
        const energy = counter === undefined || "missing" in counter ? undefined : counter;
        const setup = { clock: systemClock, seed: request.seed, onRound, ...(energy === undefined ? {} : { energy }) };
        try {
          return await race(forms, request.policy, setup);
        } finally {
          energy?.close();
        }
      }
    }
  };

  serveRequests<WorkerRequest, WorkerAnswers>(answer, () => {
    const [folder] = process.argv.slice(2);
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
}

serve();
