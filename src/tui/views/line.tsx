import { Box, Text } from "ink";
import type { ReactElement, ReactNode } from "react";

/** One line of the screen; what does not fit is cut off. */
export function Line({ columns, children }: { readonly columns: number; readonly children: ReactNode }): ReactElement {
  return (
    <Box width={columns} height={1} flexShrink={0}>
      <Text wrap="truncate-end">{children}</Text>
    </Box>
  );
}
