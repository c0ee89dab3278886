import { expect, test } from "vitest";
import type { UserOptions } from "../../src/config/index.ts";
import { completeOptions } from "../../src/config/index.ts";
import { precisionKey } from "../../src/recipes/precision-records.ts";
import type { Run } from "../../src/recipes/run.ts";

const workload = { op: "precision", model: "m" };
const keyWith = (options: UserOptions): string =>
  precisionKey(workload, { options: completeOptions(options), environment: { target: { id: "onnxruntime" } } } as Run);

test("what only chooses among measured forms is no part of the key of a model's precision, what is measured is", () => {
  for (const options of [
    { objective: "size" },
    { maxSize: "1MB" },
    { failIfSlower: true },
    { maxMemory: "1GB" },
  ] as const)
    expect(keyWith(options)).toBe(keyWith({}));
  const measured: readonly UserOptions[] = [{ budget: "1s" }, { tune: "quick" }, { threads: [1] }];
  for (const options of measured) expect(keyWith(options)).not.toBe(keyWith({}));
});
