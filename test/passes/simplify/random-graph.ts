import { attr, Graph, int64Tensor, modelAround, NameScope, randomTensor, tensorType } from "../../../src/ir/index.ts";
import type { Attribute, Model, Value } from "../../../src/ir/index.ts";

/** Numbers in [0, 1) from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Sized {
  readonly value: Value;
  readonly shape: readonly number[];
}

/** A random model of layout changes, arithmetic with broadcasting, slices, concatenations and no-ops; opset 17. */
export function randomModel(seed: number, nodes: number): Model {
  const next = seeded(seed);
  const below = (n: number): number => Math.floor(next() * n);
  const graph = new Graph("random", new NameScope());
  const pool: Sized[] = [
    [2, 3, 4],
    [1, 4, 2, 3],
    [2, 3],
  ].map((shape, i) => ({ shape, value: graph.addInput(`x${i}`, tensorType("float32", shape)) }));
  const pick = (): Sized => pool[Math.max(0, pool.length - 1 - below(6))] as Sized;
  const ints = (values: readonly number[]): Value => graph.addConstant("k", int64Tensor(values));
  const add = (
    opType: string,
    inputs: readonly Value[],
    shape: readonly number[],
    attributes: Record<string, Attribute> = {},
  ) => pool.push({ shape, value: graph.append({ opType, inputs, attributes, name: `n${pool.length}` }).output });

  const makers: readonly (() => unknown)[] = [
    () => {
      const { value, shape } = pick();
      const perm = shape.map((_, i) => i).sort(() => next() - 0.5);
      add(
        "Transpose",
        [value],
        perm.map((axis) => shape[axis] ?? 1),
        { perm: attr.ints(perm) },
      );
    },
    () => {
      const { value, shape } = pick();
      add(["Relu", "Sigmoid", "Identity", "Neg", "Abs", "Dropout"][below(6)] ?? "Relu", [value], shape);
    },
    () => {
      const { value, shape } = pick();
      const other = shape.slice(below(shape.length)).map((dim) => (next() < 0.3 ? 1 : dim));
      const constant = graph.addConstant("c", randomTensor("float32", other, below(1000)));
      const inputs = next() < 0.5 ? [value, constant] : [constant, value];
      add(["Add", "Mul", "Sub", "Max"][below(4)] ?? "Add", inputs, shape);
    },
    () => {
      const first = pick();
      const second = pool.find(({ shape }) => shape.join() === first.shape.join()) ?? first;
      add(["Add", "Mul", "Sub", "Min"][below(4)] ?? "Add", [first.value, second.value], first.shape);
    },
    () => {
      const { value, shape } = pick();
      const axis = below(shape.length);
      if ((shape[axis] ?? 0) > 8) return;
      const doubled = shape.map((dim, i) => (i === axis ? 2 * dim : dim));
      add("Concat", [value, value], doubled, { axis: attr.int(next() < 0.5 ? axis : axis - shape.length) });
    },
    () => {
      const { value, shape } = pick();
      const axis = below(shape.length);
      const size = shape[axis] ?? 1;
      if (size < 2) return;
      const cut = shape.map((dim, i) => (i === axis ? dim - 1 : dim));
      const [from, to] = next() < 0.5 ? [0, -1] : [1, 2 ** 31];
      add("Slice", [value, ints([from]), ints([to]), ints([axis])], cut);
    },
    () => {
      const { value, shape } = pick();
      const flat = [shape.slice(0, 1), shape.slice(1)].map((part) => part.reduce((a, b) => a * b, 1));
      if (next() < 0.5) add("Flatten", [value], flat);
      else add("Unsqueeze", [value, ints([0])], [1, ...shape]);
    },
    () => {
      const { value, shape } = pick();
      if (shape[0] === 1 && shape.length > 1) add("Squeeze", [value, ints([0])], shape.slice(1));
      else add("Reshape", [value, ints([shape.reduce((a, b) => a * b, 1)])], [shape.reduce((a, b) => a * b, 1)]);
    },
    () => {
      const { value, shape } = pick();
      const axis = below(shape.length);
      const reduced = shape.map((dim, i) => (i === axis ? 1 : dim));
      add("ReduceMean", [value], reduced, { axes: attr.ints([axis]), keepdims: attr.int(1) });
    },
    () => {
      const { value, shape } = pick();
      add("Softmax", [value], shape, { axis: attr.int(below(shape.length)) });
    },
    () => {
      const { value, shape } = pick();
      const pads = [...shape, ...shape].map(() => (next() < 0.2 ? 1 : 0));
      if (shape.some((dim) => dim > 8)) return;
      add(
        "Pad",
        [value, ints(pads)],
        shape.map((dim, i) => dim + (pads[i] ?? 0) + (pads[i + shape.length] ?? 0)),
      );
    },
  ];
  while (pool.length < nodes) makers[below(makers.length)]?.();
  const unread = pool.filter(({ value }) => value.uses.size === 0 && !value.isInput);
  for (const { value } of unread.slice(-4)) graph.addOutput(value);
  return modelAround(graph, 17);
}
