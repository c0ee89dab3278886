import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fail } from "../diagnostics/index.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import { ownedName } from "./process-owner.ts";
import { removeOrphans } from "./remove-orphans.ts";

/** A folder of its own below the system's temporary folder, removed by `remove` or when the process ends in order. */
export interface TempFolder {
  readonly path: string;
  remove(): void;
}

/** Makes a temporary folder, and removes those of processes that were killed. Throws IO0709 where none can be made. */
export function makeTempFolder(): TempFolder {
  const path = makeUnique(tmpdir());
  const remove = (): void => {
    process.off("exit", remove);
    rmSync(path, { recursive: true, force: true });
  };
  process.on("exit", remove);
  return { path, remove };
}

function makeUnique(folder: string): string {
  try {
    removeOrphans(folder, (name) => name.startsWith("infer-opt-"));
    const path = join(folder, ownedName());
    mkdirSync(path, { mode: 0o700 });
    return path;
  } catch (error) {
    return fail(runtimeDiagnostics.noTempFolder({ detail: (error as Error).message }), error);
  }
}
