import { expect, test } from "vitest";
import { runtimeDiagnostics } from "../../../src/diagnostics/codes/runtime.ts";
import { noControl } from "../../../src/events.ts";
import { InferOptError } from "../../../src/diagnostics/index.ts";
import type { LayerReport, RegionReport } from "../../../src/events.ts";
import { parseModel } from "../../../src/ir/index.ts";
import type { FormCompiler } from "../../../src/recipes/regions/compile-form.ts";
import type { Form } from "../../../src/recipes/form.ts";
import type { Input } from "../../../src/recipes/load-input.ts";
import { revertLayers } from "../../../src/recipes/regions/revert-layers.ts";
import type { Run } from "../../../src/recipes/run.ts";
import type { Samples } from "../../../src/recipes/samples.ts";
import type { Worker } from "../../../src/runtime/index.ts";
import { makeScheduleCache } from "../../../src/schedule/index.ts";

const model = parseModel("opset 17 graph g { in %x: float32[1] %y = Relu(%x) out %y }");
const form = (name: string): Form => ({
  ...{ name, model, hash: name, nodes: 1, bytes: 1, lossy: false },
  file: () => Promise.resolve(name),
});

/** Layers of one step of one node each, by their ratio to ONNX Runtime. The last node is a dequantizer that all read. */
function network(ratios: readonly number[]): { regions: readonly RegionReport[]; layers: readonly LayerReport[] } {
  const steps = ratios.map((_, i) => ({ nodes: [`n${i}`, "shared"], networkNs: 100 }));
  return {
    regions: [{ name: "r", steps }] as unknown as readonly RegionReport[],
    layers: ratios.map((ratio, step) => ({
      ...{ steps: [{ region: "r", step }], ns: 100, share: 1 / ratios.length },
      peer: { operators: ["Conv"], ns: 100 * ratio, ratio },
    })),
  };
}

/**
 * Reverts layers of int8-cpu where a race gives each form these times in each round; those not named take 100.
 * `crashes` is a kind of request, a form, or a form at a thread count.
 */
async function revert(ratios: readonly number[], times: Readonly<Record<string, readonly number[]>>, crashes = "") {
  const compiled: (readonly string[])[] = [];
  const notes: string[] = [];
  const compiler: FormCompiler = {
    ...{ name: "int8-cpu", model, measures: true },
    compile: ({ excluded, trial }) => {
      compiled.push([...excluded.keys()]);
      const made = { exact: true, regions: [], refusals: [] } as never;
      return Promise.resolve({ compiled: made, form: form(trial ?? ""), difference: undefined });
    },
    report: () => ({}) as never,
  };
  const request = (asked: Parameters<Worker["request"]>[0]): Promise<never> => {
    const names = asked.op === "open" ? [asked.model, `${asked.model}@${asked.settings.threads}`] : [asked.op];
    if (names.includes(crashes))
      return Promise.reject(new InferOptError(runtimeDiagnostics.runFailed({ detail: "crashed" })));
    if (asked.op === "open") return Promise.resolve({ session: 1 } as never);
    if (asked.op !== "race") return Promise.resolve({} as never);
    const forms = asked.forms.map(({ name }) => name);
    const rounds = [0, 1, 2, 3, 4].map((round) => forms.map((name) => [times[name]?.[round] ?? 100]));
    return Promise.resolve({ names: forms, rounds, referenceNs: [1], droppedRounds: 0, noise: 0 } as never);
  };
  const run = {
    options: { threads: [1, 2], seed: 1 },
    signal: new AbortController().signal,
    control: noControl,
    reporter: { handle: () => undefined },
    note: (text: string) => void notes.push(text),
    environment: { worker: { request }, native: true, device: { fingerprint: {}, toolchain: {} } },
  } as unknown as Run;
  const excluded = await revertLayers({
    ...{ compiler, full: form("int8-cpu"), exact: false, ...network(ratios), run },
    input: { form: form("original") } as unknown as Input,
    samples: { check: { samples: async function* () {} } } as unknown as Samples,
    cache: makeScheduleCache([]),
  });
  return { compiled, notes, excluded: [...excluded] };
}

test("the set with which the whole network is fastest is left plain, each node with its reason", async () => {
  const { compiled, excluded, notes } = await revert([2, 0.5, 1.1, 0.8, 2], {
    "int8-cpu-plain-1": [90, 90, 91, 90, 90],
    "int8-cpu-plain-2": [80, 81, 80, 79, 80],
  });
  expect(compiled).toEqual([["n1", "n3"], ["n1", "n2", "n3"], ["n1"]]);
  expect(excluded).toEqual([
    ["n1", "slower in the network: 0.50x of ONNX Runtime"],
    ["n2", "between layers that are slower in the network"],
    ["n3", "slower in the network: 0.80x of ONNX Runtime"],
  ]);
  expect(notes).toEqual([
    "int8-cpu: 2 layers are slower than in ONNX Runtime; with 3 nodes left plain the network is 1.250x as fast",
  ]);
});

test("a layer that loses stays where leaving the region for it costs more, or gains no more than noise", async () => {
  const slower = await revert([2, 0.5, 2], { "int8-cpu-plain-1": [110, 111, 110, 112, 110] });
  expect(slower.excluded).toEqual([]);
  expect(slower.notes).toEqual([
    "int8-cpu: 1 layer is slower than in ONNX Runtime; left plain, the network is no faster (0.909x)",
  ]);
  const noisy = await revert([2, 0.5, 2], { "int8-cpu-plain-1": [70, 130, 60, 101, 95] });
  expect(noisy.excluded).toEqual([]);
  expect(noisy.notes[0]).toContain("left plain, the network is not surely faster (1.053x)");
});

test("where no layer loses nothing is compiled and nothing timed", async () => {
  expect(await revert([2, 1, 1.5], {})).toEqual({ compiled: [], notes: [], excluded: [] });
});

test("what fails in the race shows nothing to be faster", async () => {
  const times = { "int8-cpu-plain-1": [50, 50, 50, 50, 50], "int8-cpu-plain-2": [40, 40, 40, 40, 40] };
  for (const crashes of ["race", "int8-cpu"])
    expect((await revert([2, 0.5, 1.1, 0.8, 2], times, crashes)).excluded, crashes).toEqual([]);
  for (const crashes of ["int8-cpu-plain-2", "int8-cpu-plain-2@2"]) {
    const { excluded } = await revert([2, 0.5, 1.1, 0.8, 2], times, crashes);
    expect(
      excluded.map(([node]) => node),
      crashes,
    ).toEqual(["n1", "n3"]);
  }
});
