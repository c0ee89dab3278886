import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../src/cli/main.ts";

async function scriptFor(shell: string): Promise<string> {
  let text = "";
  const io = {
    stdout: (part: string) => void (text += part),
    stderr: () => undefined,
    signal: AbortSignal.timeout(5000),
  };
  expect(await runCli(["completion", shell], io)).toBe(0);
  return text;
}

function findShell(shell: string): string | undefined {
  return ["/bin", "/usr/bin", "/usr/local/bin"].map((folder) => join(folder, shell)).find((file) => existsSync(file));
}

/** Runs shell commands with the completion script in a file, whose path is `$1`. */
function runShell(shell: string, script: string, commands: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "infer-opt-completion-"));
  try {
    const file = join(folder, "script");
    writeFileSync(file, script);
    const args = shell === "fish" ? ["--no-config", "-c", commands, file] : ["-c", commands, shell, file];
    return execFileSync(findShell(shell) ?? shell, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
      .split(/\s+/)
      .filter((word) => word !== "");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.skipIf(findShell("bash") === undefined)(
  "bash completes commands, options, words of options, and leaves files",
  async () => {
    const script = await scriptFor("bash");
    const complete = (...words: readonly string[]): readonly string[] =>
      runShell(
        "bash",
        script,
        `source "$1"; COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length - 1}; _infer_opt; echo "\${COMPREPLY[@]}"`,
      );
    expect(complete("infer-opt", "op")).toEqual(["optimize"]);
    expect(complete("infer-opt", "")).toContain("--version");
    expect(complete("infer-opt", "optimize", "m.onnx", "--prec")).toEqual(["--precision"]);
    expect(complete("infer-opt", "optimize", "m.onnx", "--precision", "f")).toEqual(["fp32"]);
    expect(complete("infer-opt", "optimize", "m.onnx", "--precision", "=", "f")).toEqual(["fp32"]);
    expect(complete("infer-opt", "optimize", "m.onnx", "--precision", "=")).toContain("int8");
    expect(complete("infer-opt", "package", "m.onnx", "--for", "")).toEqual(["triton", "ort"]);
    expect(complete("infer-opt", "bench", "m.onnx", "--optimization-level", "e")).toEqual(["extended"]);
    expect(complete("infer-opt", "bench", "m.onnx", "--arena", "")).toEqual(["on", "off"]);
    expect(complete("infer-opt", "completion", "z")).toEqual(["zsh"]);
    expect(complete("infer-opt", "cache", "me")).toEqual(["merge"]);
    expect(complete("infer-opt", "cache", "list", "")).toEqual([]);
    expect(complete("infer-opt", "optimize", "mod")).toEqual([]);
    expect(complete("infer-opt", "optimize", "--output", "x")).toEqual([]);
  },
);

test.skipIf(findShell("fish") === undefined)("fish completes the same (skipped without fish)", async () => {
  const script = await scriptFor("fish");
  const complete = (line: string): readonly string[] =>
    runShell("fish", script, `source $argv[1]; complete --do-complete "${line}" | string split -f1 \\t; true`);
  expect(complete("infer-opt op")).toEqual(["optimize"]);
  expect(complete("infer-opt optimize --prec")).toEqual(["--precision"]);
  expect(complete("infer-opt optimize --precision f")).toContain("fp32");
  expect(complete("infer-opt completion z")).toEqual(["zsh"]);
  expect(complete("infer-opt cache li")).toEqual(["list"]);
  expect(complete("infer-opt cache list CHANGEL")).toEqual(["CHANGELOG.md"]);
});

test.skipIf(findShell("zsh") === undefined)("zsh reads its script (skipped without zsh)", async () => {
  const script = await scriptFor("zsh");
  expect(runShell("zsh", script, 'autoload -U compinit; compinit -D; source "$1"; whence -w _infer_opt')).toEqual([
    "_infer_opt:",
    "function",
  ]);
  expect(script).toContain("'optimize:");
  expect(script).toContain("'1:word:(list show merge prune export)' '*:file:_files' ;;");
  expect(script).toMatch(/'\*--precision\[.*\]:value:\(auto .*fp32 .*int8.*\)'/);
});

test("a shell that there is no script for is an error that names those there are", async () => {
  let errors = "";
  const io = {
    stdout: () => undefined,
    stderr: (part: string) => void (errors += part),
    signal: AbortSignal.timeout(5000),
  };
  expect(await runCli(["completion", "csh"], io)).toBe(2);
  expect(errors).toContain("bash, zsh, fish");
});
