import { Text } from "../ink.ts";
import type { ReactElement } from "react";
import type { PhaseState } from "../state.ts";
import { displayWidth, fit, formatElapsed } from "../text.ts";
import type { Theme } from "../theme.ts";
import { Line } from "./line.tsx";
import { Tinted } from "./tinted.tsx";

/** A phase: its state, its name, and how long it has taken. */
export function PhaseRow({
  phase,
  now,
  columns,
  isPaused,
  theme,
}: {
  readonly phase: PhaseState;
  readonly now: number;
  readonly columns: number;
  readonly isPaused: boolean;
  readonly theme: Theme;
}): ReactElement {
  const { glyphs } = theme;
  const isRunning = phase.endedAt === undefined;
  const elapsed = formatElapsed((phase.endedAt ?? now) - phase.startedAt);
  const mark = isRunning ? (isPaused ? glyphs.paused : glyphs.running) : glyphs.done;
  return (
    <Line>
      <Tinted color={isRunning ? theme.active : theme.good} bold>{`${mark} `}</Tinted>
      <Text bold={isRunning}>{fit(phase.name, columns - 4 - displayWidth(elapsed), "left", glyphs.ellipsis)}</Text>
      <Text dimColor={!isRunning}>{`  ${elapsed}`}</Text>
    </Line>
  );
}
