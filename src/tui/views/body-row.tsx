import type { ReactElement } from "react";
import type { Row } from "../rows.ts";
import type { Theme } from "../theme.ts";
import { EntryRow } from "./entry-row.tsx";
import { PhaseRow } from "./phase-row.tsx";
import { TuningHead } from "./tuning-row.tsx";

/** A line of the body. */
export function BodyRow({
  row,
  ...props
}: {
  readonly row: Row;
  readonly columns: number;
  readonly now: number;
  readonly isPaused: boolean;
  readonly theme: Theme;
}): ReactElement {
  switch (row.kind) {
    case "phase":
      return <PhaseRow phase={row.phase} {...props} />;
    case "tuning-head":
      return <TuningHead columns={props.columns} />;
    case "entry":
      return <EntryRow entry={row.entry} columns={props.columns} theme={props.theme} />;
  }
}
