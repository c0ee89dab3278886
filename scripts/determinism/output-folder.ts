import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CompileReport } from "../../src/index.ts";
import { inspectModel } from "../../src/index.ts";

/** The sha256 of the emitted model in a folder; undefined when there is none. */
export function modelDigest(folder: string, stem: string): string | undefined {
  const file = join(folder, `${stem}.opt.onnx`);
  return existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex") : undefined;
}

/** The report of a folder. */
export function reportOf(folder: string, stem: string): CompileReport {
  return JSON.parse(readFileSync(join(folder, `${stem}.report.json`), "utf8")) as CompileReport;
}

/** Whole records of a folder's schedule cache, as text. */
export function recordLines(folder: string, stem: string): readonly string[] {
  const file = join(folder, `${stem}.schedule.jsonl`);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").slice(0, -1);
}

/** Copies what a reproducible run needs from one output folder to another. */
export function copyEvidence(from: string, to: string, stem: string): void {
  mkdirSync(to, { recursive: true });
  for (const kind of ["schedule.jsonl", "calib.json"]) {
    const file = join(from, `${stem}.${kind}`);
    if (existsSync(file)) copyFileSync(file, join(to, `${stem}.${kind}`));
  }
}

/** What is damaged or half written in an output folder, in words. Files aside (`.tmp`) are never read, so they do no harm. */
export async function damageOf(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const file = join(folder, name);
    try {
      if (name.endsWith(".onnx")) await inspectModel(file);
      if (name.endsWith(".json")) JSON.parse(readFileSync(file, "utf8"));
      if (name.endsWith(".jsonl"))
        for (const line of readFileSync(file, "utf8").split("\n").slice(0, -1)) JSON.parse(line);
    } catch (error) {
      found.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return found;
}
