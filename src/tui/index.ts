export type { Tui } from "./open-tui.ts";
export { openTui } from "./open-tui.ts";
export type { Terminal } from "./take-terminal.ts";
