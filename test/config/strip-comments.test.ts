import fc from "fast-check";
import { expect, test } from "vitest";
import { stripComments } from "../../src/config/strip-comments.ts";

test("comments become spaces, text between quotes stays, lines keep their places", () => {
  const text = '{ // one "a"\n "x//y": "/* no */ \\" // no", /* two\n lines */ "b": 1 }';
  const stripped = stripComments(text);
  expect(JSON.parse(stripped)).toEqual({ "x//y": '/* no */ " // no', b: 1 });
  expect(stripped).toHaveLength(text.length);
  expect(stripped.split("\n")).toHaveLength(3);
});

test("a comment that is not closed stays, and is no JSON", () => {
  expect(() => JSON.parse(stripComments('{ "a": 1 /* }')) as unknown).toThrow();
});

test("JSON without comments stays as it is", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(stripComments(text)).toBe(text);
    }),
  );
});
