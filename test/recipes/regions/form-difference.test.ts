import { expect, test } from "vitest";
import type { Model, RuntimeValue } from "../../../src/ir/index.ts";
import { parseModel, tensorFromElements, uniformNumbers } from "../../../src/ir/index.ts";
import type { Form } from "../../../src/recipes/form.ts";
import { differenceFrom } from "../../../src/recipes/regions/form-difference.ts";
import type { Run } from "../../../src/recipes/run.ts";
import type { Samples } from "../../../src/recipes/samples.ts";

const base = parseModel("opset 17 graph g { in %x: float32[4] %y = Relu(%x) out %y }");
const model = parseModel("opset 17 graph g { in %x: float32[4] %y = Relu(%x) out %y }");

/** A signal with noise of so many decibels below it. */
function signal(noiseDb: number, seed: number): ReadonlyMap<string, RuntimeValue> {
  const next = uniformNumbers(seed);
  const noise = 10 ** (-noiseDb / 20);
  const y = Float32Array.from(
    { length: 4000 },
    (_, index) => (index % 2 === 0 ? 1 : -1) + (next() < 0.5 ? noise : -noise),
  );
  return new Map([["y", tensorFromElements("float32", [4000], y)]]);
}

/** The difference of a model whose results are `formDb` from the base's, whose own without optimizations are `ownDb` from them. */
async function difference(
  formDb: number,
  ownDb: number,
  preserves: "accuracy" | "tolerance",
): Promise<string | undefined> {
  const clean = signal(Infinity, 1);
  async function* once(values: ReadonlyMap<string, RuntimeValue>): AsyncGenerator<ReadonlyMap<string, RuntimeValue>> {
    yield values;
  }
  const run = {
    options: { check: "full" },
    environment: {
      fast: { run: (one: Model) => once(one === base ? clean : signal(formDb, 2)) },
      exact: { run: () => once(signal(ownDb, 3)) },
    },
  } as unknown as Run;
  const samples = { check: { samples: () => once(new Map()) } } as unknown as Samples;
  return (await differenceFrom({ model: base } as Form, model, preserves, samples, run)).difference;
}

test("a form that may be a step off agrees to 30 dB, or not much worse than the runtime with itself", async () => {
  expect(await difference(35, 90, "accuracy")).toBeUndefined();
  expect(await difference(27, 90, "accuracy")).toMatch(/27\.0 dB/);
  expect(await difference(27, 29, "accuracy")).toBeUndefined();
  expect(await difference(27, 31, "accuracy")).toMatch(/27\.0 dB/);
});

test("below 20 dB, and where only rounding may differ, the runtime's own evaluations excuse nothing", async () => {
  expect(await difference(19, 10, "accuracy")).toMatch(/19\.0 dB/);
  expect(await difference(27, 20, "tolerance")).toMatch(/27\.0 dB/);
});

test("every session is closed, whatever the outcome", async () => {
  for (const noise of [90, 10]) {
    const open = new Set<Model>();
    async function* results(one: Model): AsyncGenerator<ReadonlyMap<string, RuntimeValue>> {
      open.add(one);
      try {
        yield one === base ? signal(Infinity, 1) : signal(noise, 2);
        yield one === base ? signal(Infinity, 1) : signal(noise, 2);
      } finally {
        open.delete(one);
      }
    }
    const executor = { run: results };
    const run = { options: { check: "full" }, environment: { fast: executor, exact: executor } } as unknown as Run;
    const samples = { check: { samples: () => results(base) } } as unknown as Samples;
    const { difference: found } = await differenceFrom({ model: base } as Form, model, "accuracy", samples, run);
    expect(found === undefined).toBe(noise === 90);
    expect(open.size).toBe(0);
  }
});
