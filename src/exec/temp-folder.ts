import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fail } from "../diagnostics/index.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";

/** A folder of its own below the system's temporary folder, removed by `remove` or when the process ends in order. */
export interface TempFolder {
  readonly path: string;
  remove(): void;
}

/** Makes a temporary folder. Throws IO0709 where none can be made. */
export function makeTempFolder(): TempFolder {
  const path = makeUnique(join(tmpdir(), "infer-opt-"));
  const remove = (): void => {
    process.off("exit", remove);
    rmSync(path, { recursive: true, force: true });
  };
  process.on("exit", remove);
  return { path, remove };
}

function makeUnique(prefix: string): string {
  try {
    return mkdtempSync(prefix);
  } catch (error) {
    return fail(runtimeDiagnostics.noTempFolder({ detail: (error as Error).message }), error);
  }
}
