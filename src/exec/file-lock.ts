import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The process that holds a lock; undefined when it was released meanwhile. */
function ownerOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Removes the lock of a dead process. It is first moved aside and looked at again: when another process was quicker and
 * the lock is a fresh one by now, it is put back.
 */
function breakStale(path: string): void {
  const owner = ownerOf(path);
  if (owner === undefined || isAlive(owner)) return;
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    if (ownerOf(aside) !== owner) linkSync(aside, path);
  } catch {
    // Another process was quicker: it removed the stale lock, or holds the next one.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Creates the lock with the owner's process id as its content in one step; false when it exists. */
function take(path: string): boolean {
  const mine = `${path}.${randomUUID()}`;
  writeFileSync(mine, String(process.pid));
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
 * Runs `action` while holding `<file>.lock`, which names the owner's process; waits up to `timeoutMs` for another owner
 * and throws when it does not let go. The lock of a process that died is broken.
 */
export function withFileLock<T>(file: string, action: () => T, timeoutMs = 10_000): T {
  const path = `${file}.lock`;
  const deadline = Date.now() + timeoutMs;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (!take(path)) {
    breakStale(path);
    if (Date.now() > deadline) throw new Error(`${path} is held by process ${ownerOf(path) ?? "unknown"}`);
    Atomics.wait(pause, 0, 0, 5 + Math.random() * 10);
  }
  try {
    return action();
  } finally {
    rmSync(path, { force: true });
  }
}
