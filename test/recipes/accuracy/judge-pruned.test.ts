import { expect, test } from "vitest";
import type { UserOptions } from "../../../src/config/index.ts";
import { completeOptions } from "../../../src/config/index.ts";
import type { Dataset, Sample } from "../../../src/data/index.ts";
import { filledTensor, parseModel } from "../../../src/ir/index.ts";
import type { Form } from "../../../src/recipes/form.ts";
import { prunedHolds } from "../../../src/recipes/accuracy/judge-pruned.ts";
import type { Input } from "../../../src/recipes/load-input.ts";
import type { Run } from "../../../src/recipes/run.ts";
import type { Samples } from "../../../src/recipes/samples.ts";
import { evaluationHash } from "../../../src/recipes/samples.ts";
import type { ChoiceRecord, ScheduleRecord } from "../../../src/schedule/index.ts";
import { hashJson, makeScheduleCache } from "../../../src/schedule/index.ts";
import { measuredHash } from "../../../src/recipes/config-hash.ts";
import { version } from "../../../src/version.ts";

const model = parseModel("opset 17\ngraph g {\n  in %x: float32[1]\n  %y = Relu(%x)\n  out %y\n}\n");
const form = (name: string): Form => ({
  ...{ name, model, hash: name, nodes: 1, bytes: 1, lossy: name !== "original" },
  file: () => Promise.resolve(name),
});

const key = hashJson({
  ...{ scope: "prune", original: "original", pruned: "pruned" },
  config: measuredHash(completeOptions({})),
  tool: version,
});
const verdict = (chosen: string, data?: string, at = "2026-01-01"): ChoiceRecord => ({
  ...{ v: 1, kind: "choice", key, model: "original", scope: "prune", chosen, reason: "", at, tool: version },
  ...(data === undefined ? {} : { data }),
});
const judge = (
  records: readonly ScheduleRecord[],
  options: UserOptions = {},
  evaluation?: Dataset,
  runs = false,
): Promise<boolean> =>
  prunedHolds(
    form("pruned"),
    { form: form("original") } as Input,
    evaluation === undefined ? undefined : ({ evaluation } as Samples),
    makeScheduleCache(records),
    {
      ...{ options: completeOptions(options), paths: { schedule: "s.jsonl" } },
      unrunnable: runs ? undefined : evaluation && "nothing runs here",
    } as Run,
  );

function dataset(value: number): Dataset {
  async function* samples(): AsyncIterable<Sample> {
    yield await Promise.resolve({ id: "0", feeds: new Map([["x", filledTensor("float32", [1], value)]]) });
  }
  return { source: "test", size: 1, inputs: ["x"], samples };
}

test("a verdict is replayed, the newest one wherever it stands, and with --reprove none", async () => {
  const [undone, kept] = [verdict("original"), verdict("pruned", undefined, "2026-01-02")];
  expect(await judge([undone])).toBe(false);
  expect(await judge([undone, kept])).toBe(true);
  expect(await judge([kept, undone])).toBe(true);
  expect(await judge([undone], { reprove: true })).toBe(true);
});

test("a verdict holds for the samples it was judged on, and where there are none", async () => {
  const undone = verdict("original", await evaluationHash(dataset(1)));
  expect(await judge([undone], {}, dataset(1))).toBe(false);
  expect(await judge([undone], {}, dataset(2))).toBe(true);
  expect(await judge([verdict("original")], {}, dataset(1))).toBe(true);
  expect(await judge([undone])).toBe(false);
});

test("nothing is judged in a reproducible run: without a verdict it ends", async () => {
  await expect(judge([], { reproducible: true }, dataset(1), true)).rejects.toThrow("IO0803");
});
