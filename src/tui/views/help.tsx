import { Text } from "../ink.ts";
import type { ReactElement } from "react";
import type { Theme } from "../theme.ts";
import { fit } from "../text.ts";
import { Line } from "./line.tsx";
import { Tinted } from "./tinted.tsx";

const lines: readonly (readonly [string, string])[] = [
  ["q", "stop; the best so far is proven and written"],
  ["p", "pause between two rounds, or go on; budgets wait"],
  ["↑ ↓", "scroll (also k j, PgUp PgDn, Home End)"],
  ["?", "show or hide this"],
  ["Ctrl-C", "give up at once; the records keep what is done"],
  ["", ""],
  ["vs seed", "speed against what is taken without a search"],
  ["trials", "candidates tried; -2: two of them failed"],
  ["noise", "of a fixed loop; gains below it are luck"],
  ["timing", "is not disturbed: nothing is drawn meanwhile"],
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
