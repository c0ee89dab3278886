import { expect, test } from "vitest";
import { runtimeDiagnostics } from "../../../src/diagnostics/codes/runtime.ts";
import { InferOptError } from "../../../src/diagnostics/index.ts";
import type { CompileEvent } from "../../../src/events.ts";
import { parseModel } from "../../../src/ir/index.ts";
import { measurePolicies } from "../../../src/measure/index.ts";
import type { Form } from "../../../src/recipes/form.ts";
import { prove } from "../../../src/recipes/proof/prove.ts";
import type { Worker } from "../../../src/runtime/index.ts";
import { makeScheduleCache } from "../../../src/schedule/index.ts";

const model = parseModel("opset 17\ngraph g {\n  in %x: float32[1]\n  %y = Relu(%x)\n  out %y\n}\n");
const form = (name: string): Form => ({
  ...{ name, model, hash: name, nodes: 1, bytes: 1, lossy: false },
  file: () => Promise.resolve(name),
});

/** A measuring process in which every form loads and those named in `broken` fail to run. */
function fakeWorker(broken: readonly string[]): { readonly worker: Worker; readonly open: Set<number> } {
  const open = new Set<number>();
  const files: string[] = [];
  const answer = (request: Parameters<Worker["request"]>[0]): unknown => {
    switch (request.op) {
      case "open":
        files.push(String(request.model));
        open.add(files.length - 1);
        return { session: files.length - 1 };
      case "run":
        if (broken.includes(files[request.session] ?? ""))
          throw new InferOptError(runtimeDiagnostics.runFailed({ detail: "broken" }));
        return { values: [] };
      case "close":
        open.delete(request.session);
        return {};
      case "repeat":
      case "memory":
      case "energy":
      case "power":
      case "profile":
        throw new Error("a race needs no profile");
      case "race": {
        const times = Array.from({ length: 100 }, (_, i) => i + 1);
        const names = request.forms.map(({ name }) => name);
        return { names, rounds: [names.map(() => times)], referenceNs: [1], droppedRounds: 0, noise: 0 };
      }
    }
  };
  const request = (asked: Parameters<Worker["request"]>[0]): Promise<never> =>
    new Promise((resolve) => resolve(answer(asked) as never));
  return { worker: { request, stop: () => undefined }, open };
}

test("a form that loads and fails to run leaves no session behind", async () => {
  const { worker, open } = fakeWorker(["bad"]);
  const events: CompileEvent[] = [];
  const { forms, failures } = await prove([form("original"), form("bad")], {
    worker,
    reporter: { handle: (event) => void events.push(event) },
    signal: new AbortController().signal,
    policy: measurePolicies.quick,
    native: false,
    threads: [1],
    seed: 1,
    feeds: new Map(),
    device: {
      ...{ kind: "cpu", vendor: "v", name: "n", family: 0, model: 0, isa: [], cores: 1, threads: 1 },
      ...{ l1dKiB: 0, l2KiB: 0, l3KiB: 0 },
    },
    toolchain: {},
    cache: makeScheduleCache([]),
    modelHash: "m",
  });
  expect(forms.map(({ form }) => form)).toEqual(["original"]);
  expect([...failures.keys()]).toEqual(["bad"]);
  expect(open.size).toBe(0);
  const [measured] = events.filter((event) => event.type === "measured");
  expect(measured?.latency).toEqual({
    minNs: 1,
    medianNs: 50.5,
    p90Ns: expect.closeTo(90.1, 6) as number,
    p95Ns: expect.closeTo(95.05, 6) as number,
    p99Ns: expect.closeTo(99.01, 6) as number,
    samples: 100,
  });
});
