import { createHash, randomUUID } from "node:crypto";
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Where process ids mean the same: a host or, where containers share its name and its files, a container. */
function hostTag(): string {
  return createHash("sha256").update(`${hostname()} ${pidNamespace()}`).digest("hex").slice(0, 8);
}

/** Linux names it; elsewhere there is one. */
function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

/** Whether a process of this host runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A part of a file's name that no other file has, and that tells whose it is: `infer-opt-<host>-<pid>-<random>`. */
export function ownedName(): string {
  return `infer-opt-${hostTag()}-${process.pid}-${randomUUID().slice(0, 8)}`;
}

const pattern = /infer-opt-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{8}(?:\.tmp)?$/;

/** Whether a name holds an {@link ownedName} of a process of this host that runs no more. Those of other hosts cannot be told. */
export function isOrphaned(name: string): boolean {
  const [, host, pid] = pattern.exec(name) ?? [];
  return host === hostTag() && !isAlive(Number(pid));
}
