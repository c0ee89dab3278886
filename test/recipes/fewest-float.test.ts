import fc from "fast-check";
import { expect, test } from "vitest";
import { fewestFloat } from "../../src/recipes/fewest-float.ts";

test("finds the least count that holds, asking few times", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 400 }), async (most, needed) => {
      const asked: number[] = [];
      const found = await fewestFloat(most, (count) => {
        asked.push(count);
        return Promise.resolve(count >= needed);
      });
      expect(found).toBe(needed <= most ? needed : undefined);
      expect(asked.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(most + 1)) + 1);
      expect(Math.max(...asked)).toBeLessThanOrEqual(most);
    }),
  );
});

test("what is found holds, also where more layers in float can be worse", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), async (answers) => {
      const holds = (count: number): Promise<boolean> => Promise.resolve(answers[count - 1] === true);
      const found = await fewestFloat(answers.length, holds);
      if (found !== undefined) expect(await holds(found)).toBe(true);
    }),
  );
});

test("without layers nothing is asked", async () => {
  expect(await fewestFloat(0, () => Promise.reject(new Error("asked")))).toBeUndefined();
});
