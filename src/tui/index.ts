export type { Terminal, Tui } from "./open-tui.ts";
export { openTui } from "./open-tui.ts";
