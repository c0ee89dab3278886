import { basename, dirname, join } from "node:path";
import { ownedName } from "./process-owner.ts";
import { removeOrphans } from "./remove-orphans.ts";

const ending = ".tmp";

/**
 * Where a file is written that takes its name `path` when it is whole: beside it, hidden. What processes of this host that
 * were killed have left in that folder is removed.
 */
export function asidePath(path: string): string {
  const folder = dirname(path);
  removeOrphans(folder, (name) => name.startsWith(".") && name.endsWith(ending));
  return join(folder, `.${basename(path)}.${ownedName()}${ending}`);
}
