import { expect, test } from "vitest";
import { drawLines } from "../../src/tui/draw-lines.ts";
import { Box, Text } from "../../src/tui/ink.ts";
import { Line } from "../../src/tui/views/line.tsx";
import { Tinted } from "../../src/tui/views/tinted.tsx";

const codes = (...numbers: readonly number[]): string => `\u001b[${numbers.join(";")}m`;
const off = codes(0);

test("text has the styles that are asked for, those around it too, and none after it", () => {
  const line = (
    <Line>
      <Tinted color="green" bold>
        done
      </Tinted>
      <Text dimColor>
        dim<Text color="red">red</Text>
      </Text>
      {" plain"}
      <Tinted color={undefined}>{""}</Tinted>
    </Line>
  );
  expect(drawLines(line, 80, "…")).toEqual([
    `${codes(1, 32)}done${off}${codes(2)}dim${off}${codes(2, 31)}red${off} plain`,
  ]);
});

test("a line that is too long is cut and marked, by the columns it takes; other text is not", () => {
  const long = (
    <Line>
      <Text>文字</Text>
      <Text bold>abcdef</Text>
      <Text>rest</Text>
    </Line>
  );
  expect(drawLines(long, 14, "…")).toEqual([`文字${codes(1)}abcdef${off}rest`]);
  expect(drawLines(long, 8, "…")).toEqual([`文字${codes(1)}abc…${off}`]);
  expect(drawLines(long, 8, "~")).toEqual([`文字${codes(1)}abc~${off}`]);
  expect(drawLines(long, 4, "…")).toEqual(["文…"]);
  expect(drawLines(<Text>{"a".repeat(20)}</Text>, 8, "…")).toEqual(["a".repeat(20)]);
});

test("a box is as high as it says", () => {
  const box = (height: number | undefined): readonly string[] =>
    drawLines(
      <Box flexDirection="column" {...(height === undefined ? {} : { height })}>
        <Line>a</Line>
        <Line>b</Line>
      </Box>,
      80,
      "…",
    );
  expect(box(undefined)).toEqual(["a", "b"]);
  expect(box(3)).toEqual(["a", "b", ""]);
  expect(box(1)).toEqual(["a"]);
});

test("what is no function of its properties is refused, not left out", () => {
  expect(() => drawLines(<div />, 80, "…")).toThrow("div");
});
