import { expect, test } from "vitest";
import type { UserOptions } from "../../src/config/index.ts";
import { completeOptions } from "../../src/config/index.ts";
import { parseModel } from "../../src/ir/index.ts";
import type { Form } from "../../src/recipes/form.ts";
import { prunedHolds } from "../../src/recipes/judge-pruned.ts";
import type { Input } from "../../src/recipes/load-input.ts";
import type { Run } from "../../src/recipes/run.ts";
import type { ChoiceRecord, ScheduleRecord } from "../../src/schedule/index.ts";
import { hashJson, makeScheduleCache } from "../../src/schedule/index.ts";
import { configHash } from "../../src/recipes/write-result.ts";
import { version } from "../../src/version.ts";

const model = parseModel("opset 17\ngraph g {\n  in %x: float32[1]\n  %y = Relu(%x)\n  out %y\n}\n");
const form = (name: string): Form => ({
  ...{ name, model, hash: name, nodes: 1, bytes: 1, lossy: name !== "original" },
  file: () => Promise.resolve(name),
});

const key = hashJson({
  ...{ scope: "prune", original: "original", pruned: "pruned" },
  config: configHash(completeOptions({})),
  tool: version,
});
const verdict = (chosen: string): ChoiceRecord => ({
  ...{ v: 1, kind: "choice", key, model: "original", scope: "prune", chosen, reason: "", at: "", tool: version },
});
const judge = (records: readonly ScheduleRecord[], options: UserOptions = {}): Promise<boolean> =>
  prunedHolds(form("pruned"), { form: form("original") } as Input, undefined, makeScheduleCache(records), {
    options: completeOptions(options),
    unrunnable: undefined,
  } as Run);

test("a verdict is replayed, the newest one, and with --reprove none", async () => {
  const [undone, kept] = [verdict("original"), verdict("pruned")];
  expect(await judge([undone])).toBe(false);
  expect(await judge([undone, kept])).toBe(true);
  expect(await judge([kept, undone])).toBe(false);
  expect(await judge([undone], { reprove: true })).toBe(true);
});
