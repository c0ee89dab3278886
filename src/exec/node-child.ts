import { execaNode } from "execa";

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

/** Starts `script` with Node. The child dies with this process: it must end itself on `disconnect`. */
export function startNodeChild(script: string, options: NodeChildOptions = {}): NodeChild {
  const child = execaNode(script, options.args ?? [], {
    ipc: true,
    serialization: "advanced",
    buffer: { ipc: false, stdout: false, stderr: true },
    maxBuffer: { stderr: 1 << 20 },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    detached: process.platform !== "win32",
    reject: false,
    cleanup: true,
    nodeOptions: [...(options.nodeOptions ?? [])],
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  });
  const exit = child.then((result): ChildExit => ({
    code: result.exitCode,
    signal: result.signal,
    stderr: String(result.stderr ?? "").slice(-4000),
  }));
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
