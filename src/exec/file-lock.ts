import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { isAlive } from "./process-owner.ts";

/** A lock of another host is broken when it is older than this: its process cannot be asked. */
const foreignLockMs = 60_000;

/** What stands in a lock: `pid@host id`, the id drawn anew for each lock. */
interface Owner {
  readonly text: string;
  readonly pid: number;
  readonly host: string;
}

/** The process that holds a lock; undefined when it was released meanwhile. */
function ownerOf(path: string): Owner | undefined {
  try {
    const text = readFileSync(path, "utf8");
    const [, pid = "0", host = ""] = /^(\d+)@(\S+)/.exec(text) ?? [];
    return { text, pid: Number(pid), host };
  } catch {
    return undefined;
  }
}

/** Milliseconds since the last change of one file when another was written: both by the file server's clock. */
function ageAt(path: string, writtenNow: string): number {
  return statSync(writtenNow).mtimeMs - statSync(path).mtimeMs;
}

/**
 * Removes the lock of a process of this host that died, or one of another host that is old. It is first moved aside and
 * looked at again: when another process was quicker and the lock is a fresh one by now, it is put back.
 */
function breakStale(path: string): void {
  const owner = ownerOf(path);
  if (owner === undefined || (owner.host === hostname() && isAlive(owner.pid))) return;
  const aside = `${path}.${randomUUID()}`;
  try {
    if (owner.host !== hostname()) {
      writeFileSync(aside, "");
      if (ageAt(path, aside) < foreignLockMs) return;
    }
    renameSync(path, aside);
    if (ownerOf(aside)?.text !== owner.text) linkSync(aside, path);
  } catch {
    // Another process was quicker: it removed the stale lock, or holds the next one.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Creates the lock with its owner as its content in one step; false when it exists. */
function take(path: string, owner: string): boolean {
  const mine = `${path}.${randomUUID()}`;
  writeFileSync(mine, owner);
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Runs `action` while holding `<file>.lock`, which names the owner's process and host; waits up to `timeoutMs` for
 * another owner and throws when it does not let go. The lock of a process of this host that died is broken; one of
 * another host, on a shared file system, when it is a minute old: actions must be shorter than that.
 */
export function withFileLock<T>(file: string, action: () => T, timeoutMs = 10_000): T {
  const path = `${file}.lock`;
  const owner = `${process.pid}@${hostname()} ${randomUUID()}`;
  const deadline = Date.now() + timeoutMs;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (!take(path, owner)) {
    breakStale(path);
    if (Date.now() > deadline) {
      const other = ownerOf(path);
      throw new Error(`${path} is held by process ${other?.pid ?? "unknown"} on ${other?.host ?? "an unknown host"}`);
    }
    Atomics.wait(pause, 0, 0, 5 + Math.random() * 10);
  }
  try {
    return action();
  } finally {
    // A lock that was broken meanwhile is another's by now.
    if (ownerOf(path)?.text === owner) rmSync(path, { force: true });
  }
}
