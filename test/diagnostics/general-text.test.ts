import { expect, test } from "vitest";
import { catalogue } from "../../src/diagnostics/catalogue.ts";
import { generalText } from "../../src/diagnostics/general-text.ts";

test("what is told of any case has names where a case has its own", () => {
  const entry = {
    message: ({ path, count }: { readonly path: string; readonly count: number }) =>
      `${count.toFixed(1)} of ${path} (${count === 1 ? "one" : "many"})`,
    hint: ({ inputs, nearestName }: { readonly inputs: readonly string[]; readonly nearestName?: string }) =>
      `${inputs.map((each) => `"${each}"`).join(", ")}${nearestName === undefined ? "" : `; did you mean ${nearestName}?`}`,
  };
  expect(generalText(entry)).toEqual({
    message: "<count> of <path> (many)",
    hint: "<inputs>; did you mean <nearest name>?",
  });
});

test("where all is the case's own, nothing is told", () => {
  const own = ({ detail }: { readonly detail: string }): string => detail;
  expect(generalText({ message: own, hint: own })).toEqual({ message: undefined, hint: undefined });
});

test.each([...catalogue])(
  "%s tells what is wrong and what to do, also where only the code is known",
  (_, { entry }) => {
    const { message, hint } = generalText(entry);
    for (const text of [message, hint].filter((each) => each !== undefined)) {
      expect(text).not.toMatch(/undefined|NaN|\[object|=>/);
      expect(text.trim()).not.toBe("");
    }
    expect(entry.explanation.length).toBeGreaterThan(40);
  },
);
