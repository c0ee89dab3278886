import { expect, test } from "vitest";
import type { Node } from "../../src/ir/index.ts";
import { Graph, NameScope, parseModel, uniformNumbers } from "../../src/ir/index.ts";
import { findRegions } from "../../src/region/index.ts";

/** A graph of `count` nodes, named by number, that read up to `reads` of those at most `reach` before them. */
function randomGraph(seed: number, count: number, reads: number, reach: number): Graph {
  const next = uniformNumbers(seed);
  const graph = new Graph("g", new NameScope());
  const values = [graph.addInput("x", undefined)];
  for (let i = 0; i < count; i++) {
    const inputs = Array.from({ length: 1 + Math.floor(next() * reads) }, () => {
      const back = 1 + Math.floor(next() ** 2 * Math.min(reach, values.length));
      return values[values.length - Math.min(back, values.length)];
    });
    values.push(graph.append({ opType: "Sum", name: String(i), inputs }).output);
  }
  return graph;
}

function producers(node: Node): Node[] {
  return node.inputs.flatMap((value) => (value?.producer === undefined ? [] : [value.producer]));
}

/** Whether the graph has an order when each set is one node; a set that is not convex has none. */
function isAcyclicWithSets(graph: Graph, sets: readonly (readonly Node[])[]): boolean {
  const owner = new Map<Node, unknown>();
  for (const set of sets) for (const node of set) owner.set(node, set);
  const ownerOf = (node: Node): unknown => owner.get(node) ?? node;
  const before = new Map<unknown, Set<unknown>>();
  for (const node of graph.nodes()) {
    const needs = before.get(ownerOf(node)) ?? new Set();
    for (const producer of producers(node)) if (ownerOf(producer) !== ownerOf(node)) needs.add(ownerOf(producer));
    before.set(ownerOf(node), needs);
  }
  for (let progress = true; progress && before.size > 0;) {
    progress = false;
    for (const [key, needs] of before)
      if (![...needs].some((need) => before.has(need))) {
        before.delete(key);
        progress = true;
      }
  }
  return before.size === 0;
}

function isConnected(set: readonly Node[]): boolean {
  const inside = new Set(set);
  const reached = new Set(set.slice(0, 1));
  for (let grown = true; grown;) {
    grown = false;
    for (const node of inside)
      for (const producer of producers(node))
        if (inside.has(producer) && reached.has(node) !== reached.has(producer)) {
          reached.add(node).add(producer);
          grown = true;
        }
  }
  return reached.size === inside.size;
}

function names(sets: readonly (readonly Node[])[]): string[] {
  return sets.map((set) => set.map(({ name }) => name).join(" "));
}

test("random graphs: sets are connected, convex together, and hold every accepted node once", () => {
  for (let seed = 0; seed < 200; seed++) {
    const graph = randomGraph(seed, 60, 3, 8 + (seed % 50));
    const share = [0.05, 0.2, 0.5][seed % 3] as number;
    const draw = uniformNumbers(seed + 1000);
    const refused = new Set([...graph.nodes()].filter(() => draw() < share));
    const { regions, left } = findRegions(graph, (node) => (refused.has(node) ? `no ${node.name}` : undefined));
    expect(left.map(({ reason }) => reason)).toEqual([...refused].map(({ name }) => `no ${name}`));
    const accepted = [...graph.nodes()].filter((node) => !refused.has(node));
    expect(new Set(regions.flat())).toEqual(new Set(accepted));
    expect(regions.flat()).toHaveLength(accepted.length);
    expect(regions.every(isConnected)).toBe(true);
    expect(isAcyclicWithSets(graph, regions)).toBe(true);
    const sizes = regions.map(({ length }) => length);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  }
});

test("no two sets that read from each other could be one", () => {
  for (let seed = 0; seed < 100; seed++) {
    const graph = randomGraph(seed, 40, 2, 10);
    const draw = uniformNumbers(seed);
    const refused = new Set([...graph.nodes()].filter(() => draw() < 0.3));
    const { regions } = findRegions(graph, (node) => (refused.has(node) ? "no" : undefined));
    for (const a of regions)
      for (const b of regions) {
        if (a === b || !b.some((node) => producers(node).some((producer) => a.includes(producer)))) continue;
        const joined = [...regions.filter((set) => set !== a && set !== b), [...a, ...b]];
        expect(isAcyclicWithSets(graph, joined)).toBe(false);
      }
  }
});

test("what is accepted on both sides of a refused node is two sets; what passes it by goes with one", () => {
  const { graph } = parseModel(`opset 17
    graph g {
      in %x: float32[4]
      %a = Abs(%x) @a
      %b = Neg(%a) @b
      %c = Exp(%b) @c
      %n = NonZero(%b) @n
      %d = Cast(%n) {to=1} @d
      %e = Sin(%c) @e
      %f = Sum(%d, %e) @f
      %g = Cos(%f) @g
      out %g
    }`);
  const { regions, left } = findRegions(graph, ({ opType }) => (opType === "NonZero" ? "depends on data" : undefined));
  expect(names(regions)).toEqual(["c d e f g", "a b"]);
  expect(left.map(({ node, reason }) => `${node.name}: ${reason}`)).toEqual(["n: depends on data"]);
});

test("sources that only a later set reads go with it", () => {
  const { graph } = parseModel(`opset 17
    graph g {
      in %x: float32[4]
      const %w: float32[4] = random(1)
      const %v: float32[4] = random(2)
      %s = Abs(%w) @s
      %t = Abs(%v) @t
      %a = Add(%x, %s) @a
      %n = NonZero(%a) @n
      %d = Cast(%n) {to=1} @d
      %b = Mul(%d, %t) @b
      out %b
    }`);
  const { regions } = findRegions(graph, ({ opType }) => (opType === "NonZero" ? "no" : undefined));
  expect(names(regions)).toEqual(["t d b", "s a"]);
});

test("values that nested graphs capture count as read", () => {
  const { graph } = parseModel(`opset 17
    graph g {
      in %x: float32[4]
      in %c: bool[]
      %a = Abs(%x) @a
      %y = If(%c) {then_branch=graph { %p = Neg(%a) out %p }, else_branch=graph { %q = Exp(%a) out %q }} @if
      %z = Add(%y, %a) @z
      out %z
    }`);
  const { regions } = findRegions(graph, ({ opType }) => (opType === "If" ? "has branches" : undefined));
  expect(names(regions)).toEqual(["a", "z"]);
});

test("twenty thousand nodes take less than a second, whatever is refused", () => {
  for (const [share, reach] of [
    [0, 4],
    [0.01, 4],
    [0.3, 4],
    [0.05, 2000],
    [0.5, 20_000],
  ] as const) {
    const graph = randomGraph(3, 20_000, 3, reach);
    const draw = uniformNumbers(9);
    const refused = new Set([...graph.nodes()].filter(() => draw() < share));
    // Processor time: other tests run at the same time.
    const start = process.cpuUsage();
    const { regions } = findRegions(graph, (node) => (refused.has(node) ? "no" : undefined));
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(1000);
    if (share === 0) expect(regions).toHaveLength(1);
  }
});
