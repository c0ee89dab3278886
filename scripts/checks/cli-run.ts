import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../../bin/infer-opt.js", import.meta.url));

/** How a run of the CLI ended. */
export interface CliExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  readonly ms: number;
}

/** A run of the CLI under way, in a process group of its own. */
export interface CliRun {
  readonly child: ChildProcess;
  readonly exit: Promise<CliExit>;
}

/** Starts the CLI; scratch folders go below `temp`, which also marks its processes. With `--json`, `onEvent` gets each event as its line. */
export function startCli(args: readonly string[], temp: string, onEvent?: (event: string) => void): CliRun {
  const start = performance.now();
  const child = spawn(process.execPath, [cli, ...args], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: temp },
  });
  let stderr = "";
  let partial = "";
  child.stdout?.on("data", (text: Buffer) => {
    const lines = (partial + text.toString()).split("\n");
    partial = lines.pop() ?? "";
    for (const line of lines) onEvent?.(line);
  });
  child.stderr?.on("data", (text: Buffer) => (stderr += text.toString()));
  const exit = new Promise<CliExit>((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal, stderr, ms: performance.now() - start })),
  );
  return { child, exit };
}

/** Processes whose command line names `mark`; none where the system has no /proc. */
export function processesNaming(mark: string): readonly number[] {
  const numbers = process.platform === "linux" ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  return numbers.map(Number).filter((pid) => {
    try {
      return pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(mark);
    } catch {
      return false;
    }
  });
}

/** Waits until `condition` holds; false when it does not within `ms`. */
export async function until(condition: () => boolean, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((done) => setTimeout(done, 50)))
    if (condition()) return true;
  return condition();
}
