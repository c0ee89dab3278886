import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isOrphaned } from "./process-owner.ts";

/** Removes what processes of this host that were killed have left in a folder, among the names that `isOurs`. Never throws. */
export function removeOrphans(folder: string, isOurs: (name: string) => boolean): void {
  for (const name of namesIn(folder)) if (isOurs(name) && isOrphaned(name)) remove(join(folder, name));
}

/** A folder that cannot be read has nothing to tidy up; whoever writes there says so better. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** It may be another user's, or another process may be tidying up too. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    return;
  }
}
