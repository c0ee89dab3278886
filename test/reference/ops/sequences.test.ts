import { expect, test } from "vitest";
import type { RuntimeSequence, RuntimeValue } from "../../../src/ir/index.ts";
import { int64Tensor, isTensor, stringsOf, tensorFromStrings } from "../../../src/ir/index.ts";
import { float, numbers, runOp, tensorOf } from "./run-op.ts";

const sequence = (value: RuntimeValue | undefined): RuntimeSequence => {
  if (value === undefined || isTensor(value) || value.kind !== "sequence") throw new Error("not a sequence");
  return value;
};
const words = (...texts: string[]): ReturnType<typeof tensorFromStrings> => tensorFromStrings([texts.length], texts);

test("SplitToSequence cuts into slices, equal parts or given lengths", () => {
  const x = float([5, 1], [1, 2, 3, 4, 5]);
  const parts = (split: RuntimeValue | undefined, attributes = {}): (readonly number[])[] =>
    sequence(runOp("SplitToSequence", [x, split], attributes)[0]).items.map((item) =>
      isTensor(item) ? item.shape : [],
    );
  expect(parts(undefined, { keepdims: 0 })).toEqual([[1], [1], [1], [1], [1]]);
  expect(parts(int64Tensor([2], []))).toEqual([
    [2, 1],
    [2, 1],
    [1, 1],
  ]);
  expect(parts(int64Tensor([0, 5]))).toEqual([
    [0, 1],
    [5, 1],
  ]);
});

test("positions in sequences count from either end and are checked", () => {
  const [three] = runOp("SequenceConstruct", [float([1], [1]), float([1], [2]), float([1], [3])]);
  expect(numbers(tensorOf("SequenceAt", [three, int64Tensor([-1], [])]))).toEqual([3]);
  expect(() => runOp("SequenceAt", [three, int64Tensor([3], [])])).toThrow(RangeError);
  const [erased] = runOp("SequenceErase", [three]);
  const [inserted] = runOp("SequenceInsert", [erased, float([1], [9]), int64Tensor([-2], [])]);
  expect(sequence(inserted).items.map(numbers)).toEqual([[9], [1], [2]]);
  expect(numbers(tensorOf("ConcatFromSequence", [inserted], { axis: 0 }))).toEqual([9, 1, 2]);
  expect(tensorOf("ConcatFromSequence", [inserted], { axis: -1, new_axis: 1 }).shape).toEqual([1, 3]);
});

test("an empty optional says so and has no element", () => {
  const [empty] = runOp("Optional", []);
  expect(numbers(tensorOf("OptionalHasElement", [empty]))).toEqual([0]);
  expect(numbers(tensorOf("OptionalHasElement", []))).toEqual([0]);
  expect(() => runOp("OptionalGetElement", [empty])).toThrow(RangeError);
  const [full] = runOp("Optional", [float([1], [4])]);
  expect(numbers(tensorOf("OptionalGetElement", [full]))).toEqual([4]);
});

test("StringSplit splits by words or by every delimiter, as often as told", () => {
  const split = (
    text: string,
    attributes: Record<string, string | number>,
  ): (readonly string[] | readonly number[])[] => {
    const [y, z] = runOp("StringSplit", [words(text)], attributes, { outputs: 2 });
    return [isTensor(y) ? stringsOf(y) : [], numbers(z)];
  };
  expect(split("  a b  c ", {})).toEqual([["a", "b", "c"], [3]]);
  expect(split(" a b  c ", { maxsplit: 1 })).toEqual([["a", "b  c "], [2]]);
  expect(split("a,,b,", { delimiter: "," })).toEqual([["a", "", "b", ""], [4]]);
  expect(split("a,b,c", { delimiter: ",", maxsplit: 1 })).toEqual([["a", "b,c"], [2]]);
  expect(split("", {})).toEqual([[], [0]]);
});

test("StringNormalizer leaves one empty string where nothing is left", () => {
  const normalize = (texts: string[], attributes: Record<string, string | number | string[]>): readonly string[] =>
    stringsOf(tensorOf("StringNormalizer", [words(...texts)], attributes));
  expect(normalize(["Mon", "tue"], { stopwords: ["mon"], case_change_action: "UPPER" })).toEqual(["TUE"]);
  expect(normalize(["Mon", "tue"], { stopwords: ["mon"], is_case_sensitive: 1 })).toEqual(["Mon", "tue"]);
  expect(normalize(["a"], { stopwords: ["a"] })).toEqual([""]);
});

test("RegexFullMatch reads RE2 syntax and matches whole strings", () => {
  const match = (pattern: string, ...texts: string[]): number[] =>
    numbers(tensorOf("RegexFullMatch", [words(...texts)], { pattern }));
  expect(match("a|bc", "a", "bc", "abc")).toEqual([1, 1, 0]);
  expect(match("(?i)abc", "ABC", "abd")).toEqual([1, 0]);
  expect(match("(?P<user>\\w+)@x\\.org", "me@x.org", "me@xyorg")).toEqual([1, 0]);
  expect(match(".", "é", "\n")).toEqual([1, 0]);
});

test("TfIdfVectorizer counts n-grams with skips and weighs them", () => {
  const attributes = {
    min_gram_length: 1,
    max_gram_length: 2,
    ngram_counts: [0, 2],
    ngram_indexes: [1, 0, 2],
    pool_int64s: [5, 6, 5, 6],
    weights: [0.5, 0.25, 2],
  };
  const x = int64Tensor([5, 6, 7, 6, 5]);
  const run = (mode: string, max_skip_count: number): number[] =>
    numbers(tensorOf("TfIdfVectorizer", [x], { ...attributes, mode, max_skip_count }));
  expect(run("TF", 0)).toEqual([2, 2, 1]);
  expect(run("TF", 2)).toEqual([2, 2, 2]);
  expect(run("IDF", 2)).toEqual([0.25, 0.5, 2]);
  expect(run("TFIDF", 2)).toEqual([0.5, 1, 4]);
});
