import { expect, test } from "vitest";
import type { Sample } from "../../src/data/index.ts";
import { randomDataset } from "../../src/data/index.ts";
import { numbersOf, parseModel } from "../../src/ir/index.ts";

const graph = parseModel(`opset 17
graph g {
  in %picture: float32[N,3,8,8]
  in %ids: int64[batch,tokens]
  in %attention_mask: int64[batch,tokens]
  in %rate: int64[]
  const %table: float32[11,4] = random(1)
  const %axes: int64[1] = [1]
  %u = Unsqueeze(%ids, %axes)
  %rows = Gather(%table, %u)
  %a = Identity(%picture)
  %b = Identity(%attention_mask)
  %c = Identity(%rate)
  out %rows
  out %a
  out %b
  out %c
}
`).graph;

async function samples(seed: number, positions?: readonly number[]): Promise<readonly Sample[]> {
  const all: Sample[] = [];
  for await (const sample of randomDataset(graph, { seed, size: 40 }).samples(positions)) all.push(sample);
  return all;
}

function numbers(sample: Sample | undefined, name: string): readonly number[] {
  const tensor = sample?.feeds.get(name);
  return tensor === undefined ? [] : Array.from(numbersOf(tensor));
}

test("generated data fits its inputs: free dimensions filled, tokens within their table, masks of ones", async () => {
  const all = await samples(1);
  expect(all).toHaveLength(40);
  expect(all[0]?.feeds.get("picture")?.shape).toEqual([1, 3, 8, 8]);
  expect(all[0]?.feeds.get("ids")?.shape).toEqual([1, 16]);
  const tokens = new Set(all.flatMap((sample) => numbers(sample, "ids")));
  expect([...tokens].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(new Set(numbers(all[3], "attention_mask"))).toEqual(new Set([1]));
  expect(numbers(all[3], "rate")).toEqual([0]);
  const pixels = all.flatMap((sample) => numbers(sample, "picture"));
  const mean = pixels.reduce((a, b) => a + b, 0) / pixels.length;
  const variance = pixels.reduce((a, b) => a + (b - mean) ** 2, 0) / pixels.length;
  expect(Math.abs(mean)).toBeLessThan(0.05);
  expect(Math.abs(variance - 1)).toBeLessThan(0.1);
});

test("a sample depends on seed and position alone", async () => {
  const [whole, part, other] = [await samples(5), await samples(5, [7]), await samples(6, [7])];
  expect(numbers(part[0], "picture")).toEqual(numbers(whole[7], "picture"));
  expect(numbers(other[0], "picture")).not.toEqual(numbers(part[0], "picture"));
});

test.each([
  ["float32[1099511627776,1073741824]", "is too large"],
  ["float32[65536,65536]", "is too large"],
  ["float32[*]", "its rank is unknown"],
  ["seq(float32[2])", "it takes"],
])("no sample is generated for %s, and it is said why", (type, detail) => {
  const { graph: other } = parseModel(`opset 17\ngraph g {\n  in %x: ${type}\n  out %x\n}\n`);
  expect(() => randomDataset(other, { seed: 1, size: 1 })).toThrow(`IO0414: no sample can be generated for input "x"`);
  expect(() => randomDataset(other, { seed: 1, size: 1 })).toThrow(detail);
});

test("integers stay within their table however many steps stand between", async () => {
  const steps = Array.from({ length: 200 }, (_, i) => `%v${i + 1} = Identity(%v${i})`).join("\n");
  const { graph: long } = parseModel(`opset 17 graph g {
    in %v0: int64[64]
    const %table: float32[3,4] = random(1)
    ${steps}
    %rows = Gather(%table, %v200)
    out %rows
  }`);
  for await (const sample of randomDataset(long, { seed: 1, size: 1 }).samples())
    expect([...new Set(numbers(sample, "v0"))].sort()).toEqual([0, 1, 2]);
});
