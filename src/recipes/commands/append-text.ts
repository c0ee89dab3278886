import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";

/** Adds text to the end of a file, which it makes where there is none. Throws IO0906 when that fails. */
export function appendText(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, text);
  } catch (error) {
    fail(configDiagnostics.outputUnwritable({ path, detail: (error as Error).message }), error);
  }
}
