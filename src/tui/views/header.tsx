import { basename } from "node:path";
import { Text } from "../ink.ts";
import type { ReactElement } from "react";
import { drawnSize } from "../layout.ts";
import type { TuiState } from "../state.ts";
import { displayWidth, fit, fitEnd, formatElapsed } from "../text.ts";
import type { Theme } from "../theme.ts";
import { Line } from "./line.tsx";
import { Tinted } from "./tinted.tsx";

/** Where there are fewer columns the model is told alone. */
const roomForName = 50;

/** The first line: the model, its target and the time. */
export function TitleLine({
  state,
  now,
  theme,
}: {
  readonly state: TuiState;
  readonly now: number;
  readonly theme: Theme;
}): ReactElement {
  const { columns } = drawnSize(state.size);
  const { glyphs } = theme;
  const elapsed = formatElapsed(now - state.startedAt);
  const room = columns - displayWidth(elapsed) - 2;
  const name = columns < roomForName ? "" : "infer-opt";
  const model = state.model === undefined ? "" : `${name === "" ? "" : " "}${basename(state.model.file)}`;
  const target = state.target === undefined ? "" : ` ${glyphs.arrow} ${state.target.id}`;
  const device = state.target === undefined ? "" : `  ${state.target.device}`;
  const title = `${fitEnd(model, room - displayWidth(name + target), glyphs.ellipsis)}${target}`;
  return (
    <Line>
      <Tinted color={theme.active} bold>
        {name}
      </Tinted>
      <Text bold>{title}</Text>
      <Text dimColor>{fit(device, room - displayWidth(name + title), "left", glyphs.ellipsis)}</Text>
      <Text>{`  ${elapsed}`}</Text>
    </Line>
  );
}

/** The second line: where the tuner is, and what the machine is worth at the moment. */
export function StatusLine({ state, theme }: { readonly state: TuiState; readonly theme: Theme }): ReactElement {
  const { columns } = drawnSize(state.size);
  return (
    <Line>
      <Text dimColor>{fit(statusText(state, theme), columns, "left", theme.glyphs.ellipsis)}</Text>
    </Line>
  );
}

/** What is counted of the run as a whole. */
function statusText({ phases, noise, warnings, isTiming }: TuiState, { glyphs }: Theme): string {
  const searches = phases.flatMap(({ entries }) => entries).filter((entry) => entry.kind === "tuning");
  const sum = (of: (entry: (typeof searches)[number]) => number): number =>
    searches.reduce((total, entry) => total + of(entry), 0);
  const failed = sum((entry) => entry.failed);
  const done = searches.filter((entry) => entry.state === "done").length;
  return [
    ...(noise === undefined ? [] : [`noise ${(noise * 100).toFixed(1)} %`]),
    ...(searches.length === 0 ? [] : [`tuned ${done}/${searches.length}`, `${sum((entry) => entry.tried)} trials`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(warnings === 0 ? [] : [`${warnings} warning${warnings === 1 ? "" : "s"}`]),
    ...(isTiming ? ["timing: the screen waits"] : []),
  ].join(` ${glyphs.separator} `);
}
