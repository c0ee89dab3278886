import { Box } from "../ink.ts";
import type { ReactElement } from "react";
import { bodyHeight, drawnSize } from "../layout.ts";
import { rowsOf } from "../rows.ts";
import type { TuiState } from "../state.ts";
import type { Theme } from "../theme.ts";
import { BodyRow } from "./body-row.tsx";
import { Footer } from "./footer.tsx";
import { StatusLine, TitleLine } from "./header.tsx";
import { Help } from "./help.tsx";

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
      <TitleLine state={state} now={now} theme={theme} />
      <StatusLine state={state} theme={theme} />
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
