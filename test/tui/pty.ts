import { spawn } from "node:child_process";
import { closeSync, readFileSync, readdirSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import koffi from "koffi";

/** A program in a pseudo-terminal. */
export interface PtyRun {
  readonly pid: number;
  /** Types. */
  type(text: string): void;
  resize(columns: number, rows: number): void;
  /** Attributes of the terminal line, such as echo: equal ones mean an equal state. */
  attributes(): string;
  /** The exit code, or the signal that ended it, when all output has been read. */
  readonly exit: Promise<number | string>;
  /** Gives the pseudo-terminal up. */
  close(): void;
  /** Processor time so far, in milliseconds: of the program, and of it and its children. */
  cpuMs(): { readonly own: number; readonly all: number };
}

/** How a program is run. */
export interface PtySetup {
  readonly columns: number;
  readonly rows: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  onOutput(text: string): void;
}

const setWindowSize = 0x5414;
const ticksPerSecond = 100;

/** Nothing more comes from a program that has ended when nothing has come for so long. */
const quietMs = 200;

interface System {
  openpty(master: number[], slave: number[], name: null, attributes: null, size: null): number;
  ioctl(fd: number, request: number, size: Buffer): number;
  tcgetattr(fd: number, attributes: Buffer): number;
}

/** The functions of the C library; undefined where there are none as Linux with glibc has them. */
function system(): System | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const library = koffi.load("libc.so.6");
    return {
      openpty: library.func(
        "int openpty(_Out_ int *master, _Out_ int *slave, void *name, void *attributes, void *size)",
      ),
      ioctl: library.func("int ioctl(int fd, unsigned long request, void *size)"),
      tcgetattr: library.func("int tcgetattr(int fd, void *attributes)"),
    } as unknown as System;
  } catch {
    return undefined;
  }
}

/** Whether this system has pseudo-terminals that can be opened here. */
export const hasPty: boolean = system() !== undefined;

/** Starts `node` with arguments in a new pseudo-terminal. */
export function startPty({ columns, rows, argv, env, onOutput }: PtySetup): PtyRun {
  const { openpty, ioctl, tcgetattr } = system() as System;
  const [masters, slaves] = [[0], [0]];
  if (openpty(masters, slaves, null, null, null) !== 0) throw new Error("no pseudo-terminal");
  const [master = 0] = masters;
  const [slave = 0] = slaves;
  const setSize = (newColumns: number, newRows: number): void => {
    const size = Buffer.alloc(8);
    size.writeUInt16LE(newRows, 0);
    size.writeUInt16LE(newColumns, 2);
    ioctl(master, setWindowSize, size);
  };
  setSize(columns, rows);
  const child = spawn(process.execPath, argv, { stdio: [slave, slave, slave], detached: true, env: { ...env } });
  const pid = child.pid as number;
  const reader = new ReadStream(master);
  let readAt = performance.now();
  reader.setEncoding("utf8").on("data", (text) => {
    readAt = performance.now();
    onOutput(String(text));
  });
  // The far end stays open here, so that its state can be read when the program is gone: silence is the end.
  const silence = async (): Promise<void> => {
    readAt = performance.now();
    while (performance.now() - readAt < quietMs) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const exited = new Promise<number | string>((resolve) =>
    child.on("exit", (code, signal) => resolve(code ?? signal ?? "unknown")),
  );
  let own = 0;
  let all = 0;
  return {
    pid,
    type: (text) => void writeSync(master, text),
    resize: (newColumns, newRows) => {
      setSize(newColumns, newRows);
      process.kill(pid, "SIGWINCH");
    },
    attributes: () => {
      const buffer = Buffer.alloc(64);
      tcgetattr(slave, buffer);
      return buffer.toString("hex");
    },
    exit: exited.then(async (code) => {
      await silence();
      return code;
    }),
    close: () => {
      reader.destroy();
      closeSync(slave);
    },
    cpuMs: () => {
      const [self, ended] = cpuOf(pid);
      const running = childrenOf(pid).reduce((sum, child) => sum + cpuOf(child)[0] + cpuOf(child)[1], 0);
      own = Math.max(own, self);
      all = Math.max(all, self + ended + running);
      return { own, all };
    },
  };
}

function statOf(pid: number | string): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

/** Processor time of a process itself, and of its children that have ended, in milliseconds. */
function cpuOf(pid: number): readonly [number, number] {
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = statOf(pid).slice(11, 15).map(Number);
  return [((user + system) / ticksPerSecond) * 1000, ((childUser + childSystem) / ticksPerSecond) * 1000];
}

/** Processes that a process has started and that run. */
export function childrenOf(pid: number): readonly number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return all.filter((id) => statOf(id)[1] === String(pid)).map(Number);
}
