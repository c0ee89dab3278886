import fc from "fast-check";
import { expect, test } from "vitest";
import { printable } from "../../src/diagnostics/index.ts";
import { keysOf } from "../../src/tui/keys.ts";
import { sparkline } from "../../src/tui/sparkline.ts";
import { displayWidth, fit, fitEnd, formatElapsed } from "../../src/tui/text.ts";
import { themeFor } from "../../src/tui/theme.ts";

const anyText = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), fc.constant("層/文字認識"));

test("a fitted text takes exactly its columns, and nothing of it steers the terminal", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, width) => {
      const fitted = fit(text, width);
      expect(displayWidth(fitted)).toBe(width);
      // oxlint-disable-next-line no-control-regex
      expect(fitted).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/u);
      expect(displayWidth(fitEnd(text, width))).toBeLessThanOrEqual(width);
    }),
  );
});

test("wide characters are cut between, marks stay with theirs, escapes are shown as marks", () => {
  expect(fit("文字認識", 5)).toBe("文字…");
  expect(fit("文字認識", 6)).toBe("文字… ");
  expect(fit("e\u0301tude", 5)).toBe("e\u0301tude");
  expect(fitEnd("models/文字.onnx", 9)).toBe("…字.onnx");
  expect(printable("a\u001b[2Jb\n")).toBe("a\ufffd[2Jb\ufffd");
});

test("times are short", () => {
  expect([0, 9940, 9960, 59_400, 59_600, 3_729_000].map(formatElapsed)).toEqual([
    ...["0.0 s", "9.9 s", "10 s", "59 s", "1:00", "1:02:09"],
  ]);
});

test("keys: letters, arrows of both modes, several at once, and what means nothing", () => {
  expect(keysOf("qp?")).toEqual(["stop", "pause", "help"]);
  expect(keysOf("\u001b[A\u001bOB\u001b[5~\u001b[F\u0003")).toEqual(["up", "down", "page-up", "end", "interrupt"]);
  expect(keysOf("\u001b")).toEqual(["close"]);
  expect(keysOf("\u001b[1;5Dx\u001b[200~é")).toEqual([]);
});

test("a sparkline falls with the best, logarithmically, in the width that there is", () => {
  const { levels } = themeFor({}).glyphs;
  expect(sparkline([100, 10, 1], 9, levels)).toBe("█▅▁");
  expect(sparkline([5, 5, 5], 9, levels)).toBe("▁▁▁");
  expect(sparkline([], 9, levels)).toBe("");
  expect(
    sparkline(
      Array.from({ length: 500 }, (_, i) => 500 - i),
      8,
      levels,
    ),
  ).toHaveLength(8);
});

test("the theme heeds NO_COLOR and the locale's character set", () => {
  expect(themeFor({ LANG: "en_US.UTF-8" })).toMatchObject({ good: "green", glyphs: { done: "✓" } });
  expect(themeFor({ NO_COLOR: "1" }).good).toBeUndefined();
  expect(themeFor({ NO_COLOR: "" }).good).toBe("green");
  expect(themeFor({ LC_ALL: "C", LANG: "en_US.UTF-8" }).glyphs.done).toBe("+");
  expect(themeFor({ LANG: "de_DE.ISO-8859-1" }).glyphs.done).toBe("+");
});
