import { Text } from "../ink.ts";
import type { ReactElement } from "react";
import { counted, formatMetric, formatTime } from "../../report/index.ts";
import type { AccuracyEntry, Entry, MeasuredEntry, PassEntry, ProgressEntry, TextEntry } from "../state.ts";
import { fit, formatElapsed } from "../text.ts";
import type { Theme } from "../theme.ts";
import { Line } from "./line.tsx";
import { Tinted } from "./tinted.tsx";
import { TuningRow } from "./tuning-row.tsx";

/** What a row is drawn with. */
export interface RowProps<Shown extends Entry> {
  readonly entry: Shown;
  readonly columns: number;
  readonly theme: Theme;
}

/** A line of a phase. */
export function EntryRow({ entry, ...props }: RowProps<Entry>): ReactElement {
  switch (entry.kind) {
    case "pass":
      return <PassRow entry={entry} {...props} />;
    case "progress":
      return <ProgressRow entry={entry} {...props} />;
    case "tuning":
      return <TuningRow entry={entry} {...props} />;
    case "measured":
      return <MeasuredRow entry={entry} {...props} />;
    case "accuracy":
      return <AccuracyRow entry={entry} {...props} />;
    case "text":
      return <TextRow entry={entry} {...props} />;
  }
}

/** Columns that names of passes, forms and counted things take. */
function nameColumns(columns: number): number {
  return Math.max(12, Math.min(34, Math.floor(columns * 0.36)));
}

/** A pass and its effect: nodes before and after, changes, and where it refused. */
function PassRow({ entry, columns, theme }: RowProps<PassEntry>): ReactElement {
  const { glyphs } = theme;
  const { changes, nodesBefore, nodesAfter, refusals } = entry;
  const effect = [
    ...(nodesBefore === undefined || nodesAfter === undefined || nodesBefore === nodesAfter
      ? []
      : [`${nodesBefore} ${glyphs.arrow} ${nodesAfter} nodes`]),
    ...(changes === 0 ? [] : [`${changes} change${changes === 1 ? "" : "s"}`]),
    ...(refusals === 0 ? [] : [`${refusals} refused`]),
  ].join(", ");
  return (
    <Line>
      <Text>{`    ${fit(entry.pass, nameColumns(columns), "left", glyphs.ellipsis)}  `}</Text>
      <Text dimColor>{effect}</Text>
    </Line>
  );
}

/** Something that is counted, with a bar where there is room, and the time left. */
function ProgressRow({ entry, columns, theme }: RowProps<ProgressEntry>): ReactElement {
  const { what, done, total, etaMs } = entry;
  const { glyphs } = theme;
  const isDone = done >= total;
  const width = columns < 50 ? 0 : Math.min(30, Math.floor(columns / 8));
  const filled = total === 0 ? 0 : Math.round((Math.min(done, total) / total) * width);
  const bar = glyphs.bar[0].repeat(filled) + glyphs.bar[1].repeat(width - filled);
  const left = isDone || etaMs === undefined ? "" : `  ${formatElapsed(etaMs)} left`;
  return (
    <Line>
      <Text>{`    ${fit(what, nameColumns(columns), "left", glyphs.ellipsis)}  `}</Text>
      <Tinted color={isDone ? theme.good : theme.active}>{width === 0 ? "" : `${bar}  `}</Tinted>
      <Text>{`${done}/${total}${left}`}</Text>
    </Line>
  );
}

/** How fast a form is, with the interval that its speed lies in. */
function MeasuredRow({ entry, columns, theme }: RowProps<MeasuredEntry>): ReactElement {
  const { form, minNs, ratio, low, high } = entry;
  const color = low > 1 ? theme.good : high < 1 ? theme.warning : undefined;
  return (
    <Line>
      <Text>{`    ${fit(form, nameColumns(columns), "left", theme.glyphs.ellipsis)}  ${formatTime(minNs).padStart(9)}  `}</Text>
      <Tinted color={color} bold>{`${ratio.toFixed(2)}x`}</Tinted>
      <Text dimColor>{`  (${low.toFixed(2)} to ${high.toFixed(2)})`}</Text>
    </Line>
  );
}

/** How right a form is. */
function AccuracyRow({ entry, columns, theme }: RowProps<AccuracyEntry>): ReactElement {
  const values = entry.metrics.map(({ metric, value }) => `${metric} ${formatMetric(metric, value)}`);
  return (
    <Line>
      <Text>{`    ${fit(entry.form, nameColumns(columns), "left", theme.glyphs.ellipsis)}  `}</Text>
      <Text>{values.join(", ")}</Text>
      <Text dimColor>{` on ${counted(entry.samples, "sample")}`}</Text>
    </Line>
  );
}

/** Something told in words, in one line. */
function TextRow({ entry, columns, theme }: RowProps<TextEntry>): ReactElement {
  const { glyphs } = theme;
  const color = { plain: undefined, good: theme.good, warning: theme.warning, bad: theme.bad }[entry.tone];
  const text = fit(entry.text, columns - 4, "left", glyphs.ellipsis).trimEnd();
  return (
    <Line>
      {"    "}
      {entry.tone === "plain" ? <Text dimColor>{text}</Text> : <Tinted color={color}>{text}</Tinted>}
    </Line>
  );
}
