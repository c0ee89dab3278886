import { expect, test } from "vitest";
import { underTheClock } from "../../src/measure/index.ts";

test("what is timed is told of, what happens between rounds is not, and nothing after the end", async () => {
  const told: string[] = [];
  const reporter = {
    handle: (event: { readonly type: string; readonly state?: string }) => void told.push(event.state ?? event.type),
  };
  let late: (() => Promise<void>) | undefined;
  await underTheClock(reporter, async (between) => {
    told.push("round");
    await between(async () => void told.push("pause"));
    told.push("round");
    late = () => between(async () => undefined);
  });
  await late?.();
  expect(told).toEqual(["started", "round", "ended", "pause", "started", "round", "ended"]);
});

test("the end of what fails is told as well", async () => {
  const told: unknown[] = [];
  const failing = underTheClock({ handle: (event) => void told.push(event) }, () => Promise.reject(new Error("lost")));
  await expect(failing).rejects.toThrow("lost");
  expect(told).toEqual([
    { type: "timing", state: "started" },
    { type: "timing", state: "ended" },
  ]);
});
