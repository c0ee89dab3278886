import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const [script, action, workflow] = ["gate.sh", "action.yml", "model-gate.yml"].map((name) =>
  readFileSync(`examples/ci/${name}`, "utf8"),
) as [string, string, string];

/** First groups of all matches, each once, sorted. */
function all(text: string, expression: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(expression)].map(([, group = ""]) => group))].sort();
}

test("actions of others are pinned to commits, each with its version beside it", () => {
  for (const text of [action, workflow]) {
    const used = all(text, /uses: ([^.\n].*)/g);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((line) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  }
});

test("no expression stands in a command, where an input could become one", () => {
  const commands = [...action.matchAll(/run: (.*)/g), ...workflow.matchAll(/run: (.*)/g)].map(([, line]) => line);
  expect(commands).toHaveLength(2);
  expect(commands.filter((line) => line?.includes("${{") === true)).toEqual([]);
});

test("the workflow may read and nothing else, and ends", () => {
  expect(workflow).toMatch(/^permissions:\n {2}contents: read\n/m);
  expect(workflow).toMatch(/^concurrency:\n {2}group: /m);
  expect(workflow).toMatch(/timeout-minutes: \d+/);
});

test("an input is a description and a default, with commas and colons in quotes alone", () => {
  const [, inputs = ""] = /^inputs:\n((?: {2}.*\n)+)runs:/m.exec(action) ?? [];
  const isPlain = (line: string): boolean =>
    /^ {2}[\w-]+: \{ description: ("[^"]*"|[^",:{}]+), (required: true|default: (""|\w+)) \}$/.test(line);
  expect(
    inputs
      .trimEnd()
      .split("\n")
      .filter((line) => !isPlain(line)),
  ).toEqual([]);
  expect(inputs).not.toBe("");
});

test("every input reaches the script, and the workflow gives none that there is not", () => {
  const inputs = all(action, /^ {2}([\w-]+): \{ description/gm);
  const passed = [...action.matchAll(/^ {8}(\w+): \$\{\{ inputs\.([\w-]+) \}\}$/gm)];
  expect(passed.map(([, , input]) => input).sort()).toEqual(inputs);
  for (const [, variable = "", input = ""] of passed) {
    expect(variable).toBe(input.toUpperCase().replaceAll("-", "_"));
    expect(script).toMatch(new RegExp(`\\$\\{${variable}:|: "\\$\\{${variable}:`));
  }
  const [, given = ""] = /uses: \.\/.*\n {8}with:\n((?: {10}.*\n)+)/.exec(workflow) ?? [];
  expect(all(given, /^ {10}([\w-]+):/gm).filter((name) => !inputs.includes(name))).toEqual([]);
  expect(given).not.toBe("");
});
