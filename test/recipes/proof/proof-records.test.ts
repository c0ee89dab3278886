import { expect, test } from "vitest";
import { completeOptions } from "../../../src/config/index.ts";
import type { Dataset, Sample } from "../../../src/data/index.ts";
import { filledTensor, parseModel } from "../../../src/ir/index.ts";
import { decide } from "../../../src/recipes/proof/decide.ts";
import type { Form } from "../../../src/recipes/form.ts";
import type { Input } from "../../../src/recipes/load-input.ts";
import { findProof, proofKey, recordProof } from "../../../src/recipes/proof/proof-records.ts";
import type { Run } from "../../../src/recipes/run.ts";
import { evaluationHash } from "../../../src/recipes/samples.ts";
import { configHash, measuredHash } from "../../../src/recipes/config-hash.ts";
import { makeScheduleCache } from "../../../src/schedule/index.ts";

const model = parseModel("opset 17\ngraph g {\n  in %x: float32[1]\n  %y = Relu(%x)\n  out %y\n}\n");
const form = (name: string): Form => ({
  ...{ name, model, hash: name, nodes: 1, bytes: 1, lossy: name !== "original" },
  file: () => Promise.resolve(name),
});

function dataset(value: number, label: number): Dataset {
  async function* samples(): AsyncIterable<Sample> {
    yield await Promise.resolve({ id: "0", label, feeds: new Map([["x", filledTensor("float32", [1], value)]]) });
  }
  return { source: "test", size: 1, inputs: ["x"], samples };
}

const device = {
  fingerprint: {
    ...{ kind: "cpu", vendor: "v", name: "n", family: 0, model: 0, isa: [], cores: 1, threads: 1 },
    ...{ l1dKiB: 0, l2KiB: 0, l3KiB: 0 },
  },
  summary: "",
  toolchain: { onnxruntime: "1" },
};
const nothing = { proofs: [], accuracy: new Map(), failures: new Map(), resources: [], noise: 0 };
const environment = { target: { id: "onnxruntime" }, device };
const run = (reproducible: boolean): Run =>
  ({ options: completeOptions({ reproducible }), environment }) as unknown as Run;

test("a proof holds for the samples and labels its accuracy was measured on", async () => {
  const [data, other, relabelled] = await Promise.all(
    [dataset(1, 0), dataset(2, 0), dataset(1, 1)].map(evaluationHash),
  );
  const forms = [form("original"), form("int8")];
  const key = proofKey(forms, run(false));
  const cache = makeScheduleCache([]);
  const found = { evidence: nothing, threads: [], batch: 1, data, choice: { name: "int8", reason: "" } };
  recordProof(cache, key, found, { form: form("original") } as Input, run(false));
  for (const reproducible of [false, true]) {
    const isKnown = (hash: string | undefined): boolean =>
      findProof(cache, key, hash, forms, run(reproducible)) !== undefined;
    expect(isKnown(data)).toBe(true);
    expect(isKnown(undefined)).toBe(true);
    expect(isKnown(other)).toBe(false);
    expect(isKnown(relabelled)).toBe(false);
  }
});

test("an untimed choice is not called slow when it is replayed; what only chooses is no part of the key", async () => {
  const options = completeOptions({ tune: "off", failIfSlower: true });
  const reporter = { handle: () => undefined };
  const untimed = { options, environment, reporter, note: () => undefined } as unknown as Run;
  const forms = [form("original"), form("int8")];
  const input = { form: form("original") } as Input;
  const cache = makeScheduleCache([]);
  const choice0 = { name: "int8", reason: "not timed" };
  const found = { evidence: nothing, threads: [], batch: 1, data: undefined, choice: choice0 };
  recordProof(cache, proofKey(forms, untimed), found, input, untimed);
  const { choice } = await decide(forms, input, undefined, cache, untimed);
  expect(choice).toMatchObject({ name: "int8", measured: "replayed", unmet: undefined });
  expect(configHash(options)).not.toBe(configHash({ ...options, failIfSlower: false }));
  const others = { ...options, failIfSlower: false, objective: "size", maxMemory: "1GB", pricePerHour: 2 } as const;
  expect(measuredHash(options)).toBe(measuredHash(others));
  expect(measuredHash(options)).not.toBe(measuredHash({ ...options, threads: [1] }));
});

test("data counts by its content, not by where it lies", async () => {
  const options = completeOptions({ calibData: "there", evalData: "/here/evaluation" });
  expect(configHash(completeOptions({ calibData: "/somewhere/else", evalData: "evaluation" }))).toBe(
    configHash(options),
  );
  expect(configHash(completeOptions({ evalData: "/here/evaluation" }))).not.toBe(configHash(options));
  const renamed = (id: string): Dataset => ({
    ...dataset(1, 0),
    async *samples() {
      for await (const sample of dataset(1, 0).samples()) yield { ...sample, id };
    },
  });
  expect(await evaluationHash(renamed("a.jsonl:1"))).toBe(await evaluationHash(renamed("b.jsonl:1")));
});
