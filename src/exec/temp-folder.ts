import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own below the system's temporary folder, removed by `remove` or when the process ends in order. */
export interface TempFolder {
  readonly path: string;
  remove(): void;
}

/** Makes a temporary folder. */
export function makeTempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), "infer-opt-"));
  const remove = (): void => {
    process.off("exit", remove);
    rmSync(path, { recursive: true, force: true });
  };
  process.on("exit", remove);
  return { path, remove };
}
