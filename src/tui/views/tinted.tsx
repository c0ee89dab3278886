import { Text } from "../ink.ts";
import type { ReactElement, ReactNode } from "react";
import type { Theme } from "../theme.ts";

/** Text in a colour, where colours are wanted. */
export function Tinted({
  color,
  bold = false,
  children,
}: {
  readonly color: Theme["good" | "bad" | "active" | "warning"];
  readonly bold?: boolean;
  readonly children: ReactNode;
}): ReactElement {
  return color === undefined ? (
    <Text bold={bold}>{children}</Text>
  ) : (
    <Text color={color} bold={bold}>
      {children}
    </Text>
  );
}
