import { expect, test } from "vitest";
import { filledTensor } from "../../src/ir/index.ts";
import { fromWire, toWire } from "../../src/runtime/worker/wire.ts";

// Past 2 GiB the parent could not read the message, and ended without a word of its own.
test("values that no message holds are refused by the one who would send them", () => {
  const values = new Map([
    ["a", filledTensor("float32", [100], 1)],
    ["b", filledTensor("float32", [50], 2)],
  ]);
  expect(fromWire(toWire(values, 600)).get("b")).toMatchObject({ shape: [50] });
  expect(() => toWire(values, 599)).toThrow(/IO0703.*600 bytes/);
});
