import { expect, test } from "vitest";
import { completeOptions } from "../../src/config/index.ts";
import type { Dataset, Sample } from "../../src/data/index.ts";
import { filledTensor, parseModel } from "../../src/ir/index.ts";
import { decide } from "../../src/recipes/decide.ts";
import type { Form } from "../../src/recipes/form.ts";
import type { Input } from "../../src/recipes/load-input.ts";
import { findProof, proofKey, recordProof } from "../../src/recipes/proof-records.ts";
import type { Run } from "../../src/recipes/run.ts";
import { evaluationHash } from "../../src/recipes/samples.ts";
import { configHash } from "../../src/recipes/write-result.ts";
import { makeScheduleCache } from "../../src/schedule/index.ts";

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
  const found = { forms: [], threads: [], noise: 0, data, accuracy: new Map(), chosen: "int8", reason: "" };
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

test("an untimed choice is not called slow when it is replayed; what decides the choice is part of the key", async () => {
  const options = completeOptions({ tune: "off", failIfSlower: true });
  const reporter = { handle: () => undefined };
  const untimed = { options, environment, reporter, note: () => undefined } as unknown as Run;
  const forms = [form("original"), form("int8")];
  const input = { form: form("original") } as Input;
  const cache = makeScheduleCache([]);
  const found = { forms: [], threads: [], noise: 0, data: undefined, accuracy: new Map(), chosen: "original" };
  recordProof(cache, proofKey(forms, untimed), { ...found, reason: "not timed" }, input, untimed);
  const { choice } = await decide(forms, input, undefined, cache, untimed);
  expect(choice).toMatchObject({ name: "original", measured: "replayed", unmet: undefined });
  expect(configHash(options)).not.toBe(configHash({ ...options, failIfSlower: false }));
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
