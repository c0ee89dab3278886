import { Text } from "ink";
import type { ReactElement } from "react";
import type { Theme } from "../theme.ts";
import { fit } from "../text.ts";
import { Line } from "./line.tsx";
import { Tinted } from "./tinted.tsx";

const lines: readonly (readonly [string, string])[] = [
  ["q", "stop searching; the best so far is proven and written"],
  ["p", "pause between two rounds, or go on; budgets wait"],
  ["↑ ↓", "scroll (also k j, PgUp PgDn, Home End)"],
  ["?", "show or hide this"],
  ["Ctrl-C", "give up at once; finished trials stay in the records"],
  ["", ""],
  ["vs seed", "speed against the kernel that is taken without search"],
  ["trials", "candidates tried; -2: two of them failed"],
  ["noise", "how far a fixed loop is off its best: gains below it are luck"],
  ["timing", "nothing is drawn while the clock runs, so that it disturbs nothing"],
];

/** What keys do and what columns mean, in the place of the body. */
export function Help({
  columns,
  height,
  theme,
}: {
  readonly columns: number;
  readonly height: number;
  readonly theme: Theme;
}): ReactElement {
  const arrows = theme.glyphs.arrow === "->" ? "up, down" : "↑ ↓";
  return (
    <>
      {lines.slice(0, height).map(([key, text]) => (
        <Line key={key}>
          <Tinted color={theme.active}>{`  ${fit(key === "↑ ↓" ? arrows : key, 9)} `}</Tinted>
          <Text>{fit(text, columns - 12, "left", theme.glyphs.ellipsis)}</Text>
        </Line>
      ))}
    </>
  );
}
