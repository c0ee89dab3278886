import { finished } from "node:stream/promises";

/** Why a child is gone. */
export interface ChildExit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The end of what it wrote to stderr. */
  readonly stderr: string;
}

/** A Node process in a process group of its own that speaks structured messages with this one. */
export interface NodeChild {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  readonly exit: Promise<ChildExit>;
  /** Kills the child and whatever it started. */
  kill(): void;
}

/** Options of a child. */
export interface NodeChildOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
}

/** Characters kept of what a child writes to stderr: the last ones, which tell why it ended. */
const stderrLimit = 4000;

/**
 * Starts `script` with Node. The child dies with this process: it must end itself on `disconnect`. Execa is loaded on
 * first need: it consists of many files, and most commands start no child.
 */
export async function startNodeChild(script: string, options: NodeChildOptions = {}): Promise<NodeChild> {
  const { execaNode } = await import("execa");
  const child = execaNode(script, options.args ?? [], {
    ipc: true,
    serialization: "advanced",
    // Execa's own buffer has a limit, and a child that writes more is ended: runtimes can be chatty.
    buffer: false,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    detached: process.platform !== "win32",
    reject: false,
    cleanup: true,
    nodeOptions: [...(options.nodeOptions ?? [])],
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-stderrLimit);
  });
  const drained = finished(child.stderr).catch(() => undefined);
  const exit = child.then(async ({ exitCode, signal }): Promise<ChildExit> => {
    await drained;
    return { code: exitCode, signal, stderr: stderr.trimEnd() };
  });
  return {
    send: (message) => {
      if (child.connected) child.send(message as never, () => undefined);
    },
    onMessage: (listener) => void child.on("message", listener),
    exit,
    kill: () => {
      if (child.pid === undefined) return;
      try {
        process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
      } catch {
        child.kill("SIGKILL");
      }
    },
  };
}
