import { expect, test } from "vitest";
import type { Tensor } from "../../../src/ir/index.ts";
import {
  equalTensors,
  int64Tensor,
  isTensor,
  tensorFromElements,
  tensorFromNumbers,
  toFloat16Bits,
} from "../../../src/ir/index.ts";
import { float, noise, numbers, runOp, tensorOf } from "./run-op.ts";

const close = (actual: number[], expected: readonly number[]): void => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 5));
};

test("BatchNormalization takes statistics per position in opset 7 and trains by its outputs before 14", () => {
  const x = float([2, 2, 1], [1, 2, 3, 6]);
  const ones = float([2, 1], [1, 1]);
  const mean = float([2, 1], [0, 1]);
  const apart = tensorOf(
    "BatchNormalization",
    [x, ones, mean, mean, ones],
    { spatial: 0, epsilon: 0.0000001 },
    { opset: 7 },
  );
  close(numbers(apart), [1, 2, 3, 6]);
  const inputs = [x, float([2], [1, 1]), float([2], [0, 0]), float([2], [10, 20]), float([2], [1, 1])];
  const [, running, variance, saved] = runOp("BatchNormalization", inputs, { momentum: 0.5 }, { opset: 9, outputs: 5 });
  close(numbers(running), [6, 12]);
  close(numbers(variance), [1, 2.5]);
  close(numbers(saved), [2, 4]);
  const trained = runOp(
    "BatchNormalization",
    inputs,
    { training_mode: 1, epsilon: 0.0000001 },
    { opset: 15, outputs: 3 },
  );
  expect(trained).toHaveLength(3);
  close(numbers(trained[0]), [-1, -1, 1, 1]);
});

test("LayerNormalization gives its statistics in the stash type", () => {
  const x = tensorFromElements("float16", [1, 2], Uint16Array.of(toFloat16Bits(1), toFloat16Bits(3)));
  const scale = tensorFromElements("float16", [2], Uint16Array.of(toFloat16Bits(2), toFloat16Bits(1)));
  const [y, mean, inverse] = runOp("LayerNormalization", [x, scale], { epsilon: 0.0000001 }, { outputs: 3 });
  expect([y, mean, inverse].map((tensor) => isTensor(tensor) && tensor.dtype)).toEqual([
    "float16",
    "float32",
    "float32",
  ]);
  close(numbers(y), [-2, 1]);
  close([...numbers(mean), ...numbers(inverse)], [2, 1]);
});

test("GroupNormalization scales by group in opset 18 and by channel since 21", () => {
  const x = float([1, 4, 1], [1, 3, 5, 9]);
  const zeros = (count: number): Tensor => float([count], new Float64Array(count));
  close(
    numbers(
      tensorOf(
        "GroupNormalization",
        [x, float([2], [1, 10]), zeros(2)],
        { num_groups: 2, epsilon: 0.0000001 },
        { opset: 18 },
      ),
    ),
    [-1, 1, -10, 10],
  );
  close(
    numbers(
      tensorOf("GroupNormalization", [x, float([4], [1, 2, 3, 4]), zeros(4)], { num_groups: 2, epsilon: 0.0000001 }),
    ),
    [-1, 2, -3, 4],
  );
});

test("Dropout is the identity outside training, its mask of the type that the version names", () => {
  const x = float([2], [1, 2]);
  const [same, mask] = runOp("Dropout", [x], {}, { opset: 7, outputs: 2 });
  expect(same).toBe(x);
  expect(isTensor(mask) && mask.dtype).toBe("float32");
  const training = tensorFromNumbers("bool", [], [1]);
  // The test's random numbers are all 0.5.
  expect(numbers(tensorOf("Dropout", [x, float([], [0.25]), training]))).toEqual([
    Math.fround(4 / 3),
    Math.fround(8 / 3),
  ]);
  expect(numbers(tensorOf("Dropout", [x, float([], [0.75]), training]))).toEqual([0, 0]);
});

for (const [kind, gates] of [
  ["RNN", 1],
  ["GRU", 3],
  ["LSTM", 4],
] as const)
  test(`${kind} agrees with itself reversed, cut short, and laid out batch first`, () => {
    const [steps, batch, size, hidden] = [4, 2, 3, 2];
    const weights = (directions: number, seed: number): Tensor[] => [
      noise([directions, gates * hidden, size], seed),
      noise([directions, gates * hidden, hidden], seed + 1),
      noise([directions, 2 * gates * hidden], seed + 2),
    ];
    const attributes = { hidden_size: hidden, clip: 0.75 };
    const x = noise([steps, batch, size]);
    const outputs = kind === "LSTM" ? 3 : 2;
    const run = (
      input: Tensor,
      more: Record<string, number | string>,
      w: Tensor[],
      lengths?: Tensor,
    ): readonly number[][] =>
      runOp(kind, [input, ...w, lengths], { ...attributes, ...more }, { opset: 14, outputs }).map(numbers);
    const forward = run(x, {}, weights(1, 5));
    const order = int64Tensor([3, 2, 1, 0]);
    const [reversedY, ...reversedStates] = run(tensorOf("Gather", [x, order]), { direction: "reverse" }, weights(1, 5));
    const turned = tensorOf("Gather", [float([steps, 1, batch, hidden], reversedY as number[]), order]);
    expect([numbers(turned), ...reversedStates]).toEqual(forward);

    const lengths = tensorFromNumbers("int32", [2], [2, 4]);
    const [cut, ...cutStates] = run(x, {}, weights(1, 5), lengths);
    const [short, ...shortStates] = run(tensorOf("Slice", [x, int64Tensor([0]), int64Tensor([2])]), {}, weights(1, 5));
    expect((cut as number[]).slice(0, hidden)).toEqual((short as number[]).slice(0, hidden));
    expect((cut as number[])[3 * batch * hidden]).toBe(0);
    expect(cutStates.map((state) => state.slice(0, hidden))).toEqual(
      shortStates.map((state) => state.slice(0, hidden)),
    );

    const both = weights(2, 9);
    const [y, h] = runOp(kind, [x, ...both], { ...attributes, direction: "bidirectional" }, { opset: 14, outputs });
    const first = tensorOf("Transpose", [x], { perm: [1, 0, 2] });
    const [byBatch, hByBatch] = runOp(
      kind,
      [first, ...both],
      { ...attributes, direction: "bidirectional", layout: 1 },
      { opset: 14, outputs },
    );
    expect(numbers(byBatch)).toEqual(numbers(tensorOf("Transpose", [y], { perm: [2, 0, 1, 3] })));
    expect(numbers(hByBatch)).toEqual(numbers(tensorOf("Transpose", [h], { perm: [1, 0, 2] })));
  });

test("activations of recurrent cells take alpha and beta in turn", () => {
  const x = float([1, 1, 1], [2]);
  const one = float([1, 1, 1], [1]);
  const both = float([2, 1, 1], [1, -1]);
  const run = (attributes: Record<string, string | number | string[] | number[]>, w: Tensor): number[] =>
    numbers(tensorOf("RNN", [x, w, w], { hidden_size: 1, ...attributes }));
  expect(run({ activations: ["Affine"], activation_alpha: [0.5], activation_beta: [0.25] }, one)).toEqual([1.25]);
  expect(run({ activations: ["leakyrelu"] }, float([1, 1, 1], [-1]))).toEqual([Math.fround(-0.02)]);
  const split = { activations: ["HardSigmoid", "Elu"], activation_alpha: [0.125, 0.5], direction: "bidirectional" };
  close(run(split, both), [0.75, 0.5 * Math.expm1(-2)]);
});

test("Attention shares key heads, and a cache is the same as all keys at once", () => {
  const q = noise([1, 4, 3, 4]);
  const [k, v] = [noise([1, 2, 5, 4], 2), noise([1, 2, 5, 4], 3)];
  const repeat = (tensor: Tensor): Tensor => tensorOf("Gather", [tensor, int64Tensor([0, 0, 1, 1])], { axis: 1 });
  const shared = tensorOf("Attention", [q, k, v], {}, { opset: 23 });
  expect(equalTensors(shared, tensorOf("Attention", [q, repeat(k), repeat(v)], {}, { opset: 23 }))).toBe(true);
  const [pastK, newK] = runOp("Split", [k, int64Tensor([2, 3])], { axis: 2 }, { outputs: 2 });
  const [pastV, newV] = runOp("Split", [v, int64Tensor([2, 3])], { axis: 2 }, { outputs: 2 });
  const [cached, presentK] = runOp(
    "Attention",
    [q, newK, newV, undefined, pastK, pastV],
    { is_causal: 1 },
    { opset: 23, outputs: 3 },
  );
  expect(isTensor(presentK) && equalTensors(presentK, k)).toBe(true);
  // Query i sees the two cached keys and the first i + 1 new ones.
  const mask = tensorFromNumbers("bool", [3, 5], [1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1]);
  expect(numbers(cached)).toEqual(numbers(tensorOf("Attention", [q, k, v, mask], {}, { opset: 23 })));
});

test("a query that sees no key has output zero, not NaN", () => {
  const mask = tensorFromNumbers("bool", [2, 2], [0, 0, 1, 0]);
  const [y, , , weights] = runOp(
    "Attention",
    [noise([1, 1, 2, 2]), noise([1, 1, 2, 2], 2), float([1, 1, 2, 1], [3, 4]), mask],
    { qk_matmul_output_mode: 3 },
    { opset: 24, outputs: 4 },
  );
  expect(numbers(y)).toEqual([0, 3]);
  expect(numbers(weights)).toEqual([0, 0, 1, 0]);
});

test("RoiAlign shifts by half a pixel since opset 16", () => {
  const x = float([1, 1, 2, 2], [1, 2, 3, 4]);
  const inputs = [x, float([1, 4], [0, 0, 1, 1]), int64Tensor([0])];
  expect(numbers(tensorOf("RoiAlign", inputs, { sampling_ratio: 1 }, { opset: 10 }))).toEqual([2.5]);
  expect(numbers(tensorOf("RoiAlign", inputs, { sampling_ratio: 1 }, { opset: 16 }))).toEqual([1]);
});
