import { Text } from "../ink.ts";
import type { ReactElement } from "react";
import { formatTime } from "../../report/index.ts";
import { tuningColumns } from "../layout.ts";
import { sparkline } from "../sparkline.ts";
import type { TuningEntry } from "../state.ts";
import { fit } from "../text.ts";
import type { Theme } from "../theme.ts";
import { Line } from "./line.tsx";
import { Tinted } from "./tinted.tsx";

/** Less than this is no gain over the seed worth a colour. */
const gainShown = 1.02;

/** The head of the table of searches. */
export function TuningHead({ columns }: { readonly columns: number }): ReactElement {
  const { workload, best, trials, speedUp, spark, candidate } = tuningColumns(columns);
  return (
    <Line>
      <Text dimColor>
        {`    ${fit("workload", workload)}${fit("best", best, "right")}${fit("trials", trials, "right")}${fit("vs seed", speedUp, "right")}`}
        {spark === 0 ? "" : `  ${fit("best so far", spark)}`}
        {candidate === 0 ? "" : `  ${fit("kernel", candidate)}`}
      </Text>
    </Line>
  );
}

/** One search: what it is for, the best so far, how many were tried, the gain over the seed, and how it came. */
export function TuningRow({
  entry,
  columns,
  theme,
}: {
  readonly entry: TuningEntry;
  readonly columns: number;
  readonly theme: Theme;
}): ReactElement {
  const { glyphs } = theme;
  const { workload, best, trials, speedUp, spark, candidate } = tuningColumns(columns);
  const { bestNs, seedNs, tried, failed, state, trace } = entry;
  const isDone = state === "done";
  const gain = bestNs === undefined || seedNs === undefined ? undefined : seedNs / bestNs;
  const name = entry.threads === 1 ? entry.workload : `${entry.threads}t ${entry.workload}`;
  const count = `${tried}${failed === 0 ? "" : `-${failed}`}`;
  return (
    <Line>
      <Tinted color={isDone ? theme.good : theme.active}>{`  ${isDone ? glyphs.done : glyphs.running} `}</Tinted>
      <Text>{fit(name, workload - 1, "left", glyphs.ellipsis)} </Text>
      <Text>{fit(bestNs === undefined ? "-" : formatTime(bestNs), best, "right", glyphs.ellipsis)}</Text>
      <Text dimColor>{fit(tried === 0 ? (entry.source ?? "-") : count, trials, "right", glyphs.ellipsis)}</Text>
      <Tinted color={gain !== undefined && gain >= gainShown ? theme.good : undefined}>
        {fit(gain === undefined ? "-" : `${gain.toFixed(2)}x`, speedUp, "right", glyphs.ellipsis)}
      </Tinted>
      <Tinted color={theme.active}>
        {spark === 0 ? "" : `  ${fit(sparkline(trace, spark, glyphs.levels), spark)}`}
      </Tinted>
      <Text dimColor>
        {candidate === 0 ? "" : `  ${fit(entry.candidate ?? "", candidate, "left", glyphs.ellipsis)}`}
      </Text>
    </Line>
  );
}
