import { expect, test } from "vitest";
import { int64Tensor } from "../../../src/ir/index.ts";
import { float, noise, numbers, tensorOf } from "./run-op.ts";

const near = (actual: number[], expected: number[]): void => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 5));
};

test("the inverse transform undoes the transform, complex or one-sided, odd or even", () => {
  for (const length of [6, 7]) {
    const real = noise([2, length, 1]);
    const spectrum = tensorOf("DFT", [real], { onesided: 1 }, { opset: 20 });
    expect(spectrum.shape).toEqual([2, Math.floor(length / 2) + 1, 2]);
    const back = tensorOf("DFT", [spectrum, int64Tensor([length], [])], { onesided: 1, inverse: 1 }, { opset: 20 });
    expect(back.shape).toEqual([2, length, 1]);
    near(numbers(back), numbers(real));
    const complex = noise([length, 3, 2], 4);
    const axis = int64Tensor([0], []);
    const there = tensorOf("DFT", [complex, undefined, axis], {}, { opset: 20 });
    near(numbers(tensorOf("DFT", [there, undefined, axis], { inverse: 1 }, { opset: 20 })), numbers(complex));
  }
});

test("dft_length pads or cuts the signal; opset 17 takes the axis as an attribute", () => {
  const x = float([1, 2, 1], [1, 1]);
  near(numbers(tensorOf("DFT", [x, int64Tensor([4], [])], { axis: 1 }, { opset: 17 })), [2, 0, 1, -1, 0, 0, 1, 1]);
  near(numbers(tensorOf("DFT", [x, int64Tensor([1], [])], {}, { opset: 17 })), [1, 0]);
});

test("STFT is the transform of each frame", () => {
  const signal = noise([1, 10, 1]);
  const frames = tensorOf("STFT", [signal, int64Tensor([3], []), undefined, int64Tensor([4], [])]);
  expect(frames.shape).toEqual([1, 3, 3, 2]);
  const second = tensorOf("Slice", [signal, int64Tensor([3]), int64Tensor([7]), int64Tensor([1])]);
  near(numbers(frames).slice(6, 12), numbers(tensorOf("DFT", [second], { onesided: 1 }, { opset: 20 })));
});

test("windows are symmetric or periodic", () => {
  near(numbers(tensorOf("HannWindow", [int64Tensor([4], [])])), [0, 0.5, 1, 0.5]);
  near(numbers(tensorOf("HannWindow", [int64Tensor([3], [])], { periodic: 0 })), [0, 1, 0]);
  near(numbers(tensorOf("HammingWindow", [int64Tensor([2], [])])), [4 / 46, 1]);
  near(numbers(tensorOf("BlackmanWindow", [int64Tensor([2], [])])), [0, 1]);
  expect(tensorOf("HannWindow", [int64Tensor([0], [])]).shape).toEqual([0]);
});
