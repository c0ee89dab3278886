import { Command } from "commander";
import { expect, test } from "vitest";
import { commands } from "../../src/cli/commands/index.ts";
import { runCli } from "../../src/cli/main.ts";

const silent = { stdout: () => undefined, stderr: () => undefined, signal: new AbortController().signal };

/** Every command as commander sees it, nested ones too, doing nothing. */
function commandLine(): readonly Command[] {
  const program = new Command("infer-opt").exitOverride();
  for (const command of commands) command.register(program, silent, () => undefined);
  const all = [program, ...program.commands.flatMap((command) => [command, ...command.commands])];
  for (const command of all) if (command.commands.length === 0) command.action(() => undefined);
  return all;
}

async function helpOf(...words: readonly string[]): Promise<string> {
  let text = "";
  expect(await runCli([...words, "--help"], { ...silent, stdout: (part) => void (text += part) })).toBe(0);
  return text;
}

test("the help of every command fits into 80 columns and tells defaults with their units", async () => {
  const nested = commandLine()
    .slice(1)
    .flatMap((command) => command.commands.map((inner) => [command.name(), inner.name()]));
  for (const words of [[], ...commands.map(({ name }) => [name]), ...nested]) {
    const help = await helpOf(...words);
    expect(help.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(help).not.toMatch(/default: (\[|\d{4,})/);
  }
  expect(await helpOf("bench")).toMatch(/--duration <time>[^]*\(default:\s+3s\)/);
});

test("a model without a command is told the main one", async () => {
  let errors = "";
  expect(await runCli(["net.onnx"], { ...silent, stderr: (part) => void (errors += part) })).toBe(2);
  expect(errors).toContain('did you mean "optimize net.onnx"?');
});

test("groups of options have titles alike", async () => {
  const titles = (await helpOf("optimize")).split("\n").filter((line) => /^\w+:$/.test(line));
  expect(titles).toEqual(titles.map((title) => title.charAt(0).toUpperCase() + title.slice(1)));
  expect(titles).toEqual(expect.arrayContaining(["Options:", "Output:", "Target:", "Accuracy:", "Examples:"]));
});

test("every command's help ends with examples, each of which the parser takes", async () => {
  expect(await helpOf()).toMatch(/Examples:\n {2}# .*\n {2}infer-opt doctor\n[^]*optimize/);
  for (const { name, examples } of commands) {
    expect(await helpOf(name)).toContain(`\nExamples:\n  # ${examples[0]?.purpose}\n  infer-opt ${name}`);
    for (const { line } of examples) {
      const [program] = commandLine();
      const words = line.replace(/ >>? .*/, "").split(" ");
      await expect(program?.parseAsync(words, { from: "user" }), line).resolves.toBeDefined();
    }
  }
});
