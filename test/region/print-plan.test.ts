import { expect, test } from "vitest";
import { drawPlan, planMemory, planSteps, printPlan } from "../../src/region/index.ts";
import { randomNetwork } from "./random-plans.ts";

const items = [
  { id: 7, bytes: 100, first: 0, last: 1 },
  { id: 8, bytes: 64, first: 1, last: 3 },
  { id: 9, bytes: 128, first: 2, last: 3 },
];
const nameOf = (id: number): string => `buffer <${id}>`;

test("a plan as text", () => {
  expect(printPlan(planMemory(items), items, nameOf)).toBe(
    [
      "arena 192 bytes, 1.000 of what is live in the worst step (192), 3 buffers, 4 steps",
      "A    0  100  0-1  buffer <7>",
      "B    0  128  2-3  buffer <9>",
      "C  128   64  1-3  buffer <8>",
      "",
      ".CCC",
      "AABB",
      "AABB",
      "",
    ].join("\n"),
  );
  expect(printPlan(planMemory([]), [], nameOf)).toContain("arena 0 bytes, 1.000");
  expect(() => printPlan(planMemory([]), items, nameOf)).toThrow("item 7");
});

test("a plan as SVG has a rectangle a buffer, inside the picture, with names escaped", () => {
  const svg = drawPlan(planMemory(items), items, nameOf);
  expect(svg).toContain("buffer &#60;7&#62;: 100 bytes at 0, steps 0 to 1");
  const rectangles = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)];
  expect(rectangles).toHaveLength(1 + items.length);
  for (const [, x, y, width, height] of rectangles) {
    expect(Number(x) + Number(width)).toBeLessThanOrEqual(960);
    expect(Number(y) + Number(height)).toBeLessThanOrEqual(380);
  }
});

test("large plans are drawn in bounded pictures", () => {
  const { steps, buffers } = randomNetwork(5, 60);
  const plan = planSteps(steps, buffers);
  const picture = printPlan(plan.memory, plan.items, String).split("\n\n")[1]?.trimEnd().split("\n") ?? [];
  expect(picture).toHaveLength(24);
  for (const row of picture) expect(row).toHaveLength(96);
});
