import { expect, test } from "vitest";
import type { Node } from "../../src/ir/index.ts";
import type { Use } from "../../src/ir/use-list.ts";
import { UseList, nodeUse } from "../../src/ir/use-list.ts";

const node = {} as Node;

function listOf(count: number): { readonly list: UseList; readonly uses: readonly Use[] } {
  const list = new UseList();
  const uses = Array.from({ length: count }, (_, index) => nodeUse(node, index));
  for (const use of uses) list.add(use);
  return { list, uses };
}

const indicesOf = (list: UseList): readonly number[] => [...list].map(({ index }) => index);

test("uses come in the order they were added, whichever are dropped", () => {
  for (let mask = 0; mask < 32; mask++) {
    const { list, uses } = listOf(5);
    const kept = uses.filter(({ index }) => ((mask >> index) & 1) === 1);
    for (const use of uses) if (!kept.includes(use)) list.delete(use);
    expect(indicesOf(list)).toEqual(kept.map(({ index }) => index));
    expect(list.size).toBe(kept.length);
    for (const use of uses) expect(list.has(use)).toBe(kept.includes(use));
    list.add(nodeUse(node, 9));
    expect(indicesOf(list).at(-1)).toBe(9);
  }
});

test("a walk goes on when the use it stands on and those after it are dropped", () => {
  for (let mask = 0; mask < 32; mask++) {
    const { list, uses } = listOf(5);
    const seen: number[] = [];
    for (const { index } of list) {
      seen.push(index);
      if (index === 1) for (const use of uses) if (((mask >> use.index) & 1) === 0) list.delete(use);
    }
    expect(seen).toEqual([0, 1, ...[2, 3, 4].filter((index) => ((mask >> index) & 1) === 1)]);
  }
});

test("dropping a use of another list changes nothing; a use enters one list, once", () => {
  const { list, uses } = listOf(2);
  const other = new UseList();
  other.delete(uses[0] as Use);
  expect(indicesOf(list)).toEqual([0, 1]);
  expect(() => other.add(uses[0] as Use)).toThrow("one list");
});
