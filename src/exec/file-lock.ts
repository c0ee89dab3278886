import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";

/** A lock is taken to be left behind by a dead process after this long without its owner being alive. */
const STALE_MS = 10_000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes the lock when its owner is dead, or unknown for long. */
function breakStale(path: string): void {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    const known = Number.isInteger(pid) && pid > 0;
    if (known ? !isAlive(pid) : Date.now() - statSync(path).mtimeMs > STALE_MS) rmSync(path, { force: true });
  } catch {
    // The owner released it meanwhile.
  }
}

/**
 * Runs `action` while holding `<file>.lock`, an exclusively created file with the owner's process id; waits up to
 * `timeoutMs` for another owner and throws when it does not let go.
 */
export function withFileLock<T>(file: string, action: () => T, timeoutMs = 10_000): T {
  const path = `${file}.lock`;
  const deadline = Date.now() + timeoutMs;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let handle: number | undefined;
  while (handle === undefined) {
    try {
      handle = openSync(path, "wx");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      breakStale(path);
      if (Date.now() > deadline) throw new Error(`${path} is held by another process`, { cause: error });
      Atomics.wait(pause, 0, 0, 10);
    }
  }
  try {
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return action();
  } finally {
    rmSync(path, { force: true });
  }
}
