import { expect, test } from "vitest";
import { watchedTerminal } from "../../src/cli/face.ts";
import type { CliIo } from "../../src/cli/io.ts";

const at = (input: boolean, output: boolean): Pick<CliIo, "terminal"> => ({
  terminal: { input: { isTTY: input }, output: { isTTY: output } } as NonNullable<CliIo["terminal"]>,
});

test("the terminal interface is for a person: at a terminal both ways, not in CI, not where it only prints", () => {
  expect(watchedTerminal(at(true, true), { TERM: "xterm-256color" })).toBeDefined();
  expect(watchedTerminal(at(true, true), { CI: "false" })).toBeDefined();
  expect(watchedTerminal(at(true, true), { CI: "true" })).toBeUndefined();
  expect(watchedTerminal(at(true, true), { TERM: "dumb" })).toBeUndefined();
  expect(watchedTerminal(at(false, true), {})).toBeUndefined();
  expect(watchedTerminal(at(true, false), {})).toBeUndefined();
  expect(watchedTerminal({}, {})).toBeUndefined();
});
