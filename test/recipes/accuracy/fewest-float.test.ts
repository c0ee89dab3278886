import fc from "fast-check";
import { expect, test } from "vitest";
import { fewestFloat } from "../../../src/recipes/accuracy/fewest-float.ts";

test("finds the least count that holds, asking few times", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 400 }), async (most, needed) => {
      const asked: number[] = [];
      const { count: found } = await fewestFloat(most, (count) => {
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
      const { count: found } = await fewestFloat(answers.length, holds);
      if (found !== undefined) expect(await holds(found)).toBe(true);
    }),
  );
});

test("without layers nothing is asked", async () => {
  expect(await fewestFloat(0, () => Promise.reject(new Error("asked")))).toEqual({
    count: undefined,
    isStopped: false,
  });
});

test("what is stopped is told, whether something that holds was found or not, and nothing more is asked", async () => {
  const stoppedAfter = async (asks: number): Promise<unknown> => {
    const asked: number[] = [];
    const holds = (count: number): Promise<boolean> => Promise.resolve((asked.push(count), count >= 6));
    return { ...(await fewestFloat(20, holds, () => asked.length >= asks)), asked };
  };
  expect(await stoppedAfter(0)).toEqual({ count: undefined, isStopped: true, asked: [] });
  expect(await stoppedAfter(3)).toEqual({ count: undefined, isStopped: true, asked: [1, 2, 4] });
  expect(await stoppedAfter(4)).toEqual({ count: 8, isStopped: true, asked: [1, 2, 4, 8] });
  expect(await stoppedAfter(5)).toEqual({ count: 6, isStopped: true, asked: [1, 2, 4, 8, 6] });
  expect(await stoppedAfter(99)).toEqual({ count: 6, isStopped: false, asked: [1, 2, 4, 8, 6, 5] });
});
