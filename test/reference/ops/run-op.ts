import type { Attribute, RuntimeValue, Tensor } from "../../../src/ir/index.ts";
import { attr, Graph, isTensor, NameScope, tensorFromNumbers } from "../../../src/ir/index.ts";
import { referenceOp } from "../../../src/reference/index.ts";
import { realsOf } from "../../../src/reference/numeric.ts";

/** Attributes of a test's node: whole numbers become ints, other numbers floats, wrapped ones stay as they are. */
export type TestAttributes = Readonly<
  Record<string, number | string | readonly number[] | readonly string[] | Attribute>
>;

interface RunOptions {
  readonly opset?: number;
  readonly outputs?: number;
  /** Runs subgraphs; operators without them need none. */
  readonly runGraph?: (graph: Graph, inputs: readonly RuntimeValue[]) => readonly RuntimeValue[];
}

/** Runs one operator of the reference interpreter on given inputs and returns all its outputs. */
export function runOp(
  opType: string,
  inputs: readonly (RuntimeValue | undefined)[],
  attributes: TestAttributes = {},
  { opset = 21, outputs = 1, runGraph }: RunOptions = {},
): readonly (RuntimeValue | undefined)[] {
  const graph = new Graph("g", new NameScope());
  const values = inputs.map((input, i) => (input === undefined ? undefined : graph.addInput(`x${i}`, undefined)));
  const node = graph.append({
    opType,
    inputs: values,
    outputs,
    attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)])),
  });
  const op = referenceOp("", opType);
  if (op === undefined) throw new Error(`no operator ${opType}`);
  return op.run({
    node,
    opset,
    inputs,
    random: () => 0.5,
    runGraph: (body, given) => {
      if (runGraph === undefined) throw new Error("no subgraphs in this test");
      return runGraph(body, given);
    },
  });
}

/** The first output of an operator, which must be a tensor. */
export function tensorOf(
  opType: string,
  inputs: readonly (RuntimeValue | undefined)[],
  attributes: TestAttributes = {},
  options: RunOptions = {},
): Tensor {
  const [first] = runOp(opType, inputs, attributes, options);
  if (!isTensor(first)) throw new Error(`${opType} gave no tensor`);
  return first;
}

function attributeOf(value: TestAttributes[string]): Attribute {
  if (typeof value === "number") return Number.isInteger(value) ? attr.int(value) : attr.float(value);
  if (typeof value === "string") return attr.string(value);
  if (!(value instanceof Array)) return value as Attribute;
  if (typeof value[0] === "string") return attr.strings(value as readonly string[]);
  const list = value as readonly number[];
  return list.every(Number.isInteger) ? attr.ints(list) : attr.floats(list);
}

/** A float32 tensor. */
export function float(shape: readonly number[], values: ArrayLike<number>): Tensor {
  return tensorFromNumbers("float32", shape, values);
}

/** A float32 tensor of reproducible values in [-1, 1), all exact in float16 and in sums of a few hundred. */
export function noise(shape: readonly number[], seed = 1): Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  let state = seed;
  return float(
    shape,
    Float64Array.from({ length: size }, () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return ((state >>> 16) % 128) / 64 - 1;
    }),
  );
}

/** The elements of a tensor as numbers. */
export function numbers(tensor: RuntimeValue | undefined): number[] {
  if (!isTensor(tensor)) throw new Error("not a tensor");
  return [...realsOf(tensor)];
}
