import { Box } from "ink";
import type { ReactElement } from "react";
import { bodyHeight, drawnSize } from "../layout.ts";
import type { Row } from "../rows.ts";
import { rowsOf } from "../rows.ts";
import type { TuiState } from "../state.ts";
import type { Theme } from "../theme.ts";
import { EntryRow } from "./entry-row.tsx";
import { Footer } from "./footer.tsx";
import { Header } from "./header.tsx";
import { Help } from "./help.tsx";
import { PhaseRow } from "./phase-row.tsx";
import { TuningHead } from "./tuning-row.tsx";

/** What the screen is drawn from; the time is of the clock that the state's times are of. */
export interface AppProps {
  readonly state: TuiState;
  readonly now: number;
  readonly theme: Theme;
}

/** The whole screen: head, the lines in sight or the help, and foot. As many lines as the terminal has. */
export function App({ state, now, theme }: AppProps): ReactElement {
  const { columns, rows } = drawnSize(state.size);
  const height = bodyHeight(state);
  const { top, isHelpShown } = state.view;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Header state={state} now={now} theme={theme} />
      <Box flexDirection="column" height={height} flexShrink={0}>
        {isHelpShown ? (
          <Help columns={columns} height={height} theme={theme} />
        ) : (
          rowsOf(state)
            .slice(top, top + height)
            .map((row, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- a line of the screen is its place
              <BodyRow
                key={top + i}
                row={row}
                columns={columns}
                now={now}
                isPaused={state.asked.isPaused}
                theme={theme}
              />
            ))
        )}
      </Box>
      <Footer state={state} theme={theme} />
    </Box>
  );
}

function BodyRow({
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
