import { expect, test } from "vitest";
import { parseModel } from "../../../src/ir/index.ts";
import { energyOfForms } from "../../../src/recipes/proof/form-energy.ts";
import type { Form } from "../../../src/recipes/form.ts";
import type { ProofForm } from "../../../src/schedule/index.ts";

const product = (columns: number): Form =>
  ({
    name: `columns-${columns}`,
    model: parseModel(
      `opset 17 graph g { in %x: float32[1,8] const %w: float32[8,${columns}] = random(1) %y = MatMul(%x, %w) out %y }`,
    ),
  }) as Form;
const timed = (form: string, threads: number, energyUj?: number): ProofForm =>
  ({ form, threads, ...(energyUj === undefined ? {} : { energyUj }) }) as ProofForm;

test("without counters energy is estimated from products and bytes", () => {
  const energy = energyOfForms([product(16), product(32)], [timed("columns-16", 1)]);
  expect(energy.get("columns-16")?.source).toBe("estimate");
  // 128 products, 512 bytes of weights from DRAM, 32 bytes read and 64 written in a cache: picojoules of Horowitz's table.
  expect(energy.get("columns-16")?.uj).toBeCloseTo((128 * 4.6 + 512 * 243.75 + 96 * 12.5) * 1e-6, 9);
  expect(energy.get("columns-32")!.uj).toBeGreaterThan(energy.get("columns-16")!.uj);
});

test("what counters tell is taken at the thread count that takes most, and only where every timed form was counted", () => {
  const forms = [product(16), product(32)];
  const counted = [timed("columns-16", 1, 5), timed("columns-16", 2, 9), timed("columns-32", 1, 7)];
  expect([...energyOfForms(forms, counted)]).toEqual([
    ["columns-16", { uj: 9, source: "measured" }],
    ["columns-32", { uj: 7, source: "measured" }],
  ]);
  expect(energyOfForms(forms, [...counted, timed("columns-32", 2)]).get("columns-16")?.source).toBe("estimate");
});
