import { Text } from "../ink.ts";
import type { ReactElement, ReactNode } from "react";

/** One line of the screen, as wide as what it stands in; what does not fit is cut off. */
export function Line({ children }: { readonly children: ReactNode }): ReactElement {
  return <Text wrap="truncate-end">{children}</Text>;
}
