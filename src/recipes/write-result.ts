import { closeSync, copyFileSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fail } from "../diagnostics/index.ts";
import { configDiagnostics } from "../diagnostics/codes/config.ts";
import type { CompileReport } from "../events.ts";
import { asidePath } from "../exec/index.ts";
import { saveModel } from "../onnx/index.ts";
import { renderReport } from "../report/index.ts";
import type { Form } from "./form.ts";
import type { Input } from "./load-input.ts";
import type { Run } from "./run.ts";
import { stampModel, writtenBytes } from "./stamp.ts";

/** What was written. */
export interface Written {
  readonly file: string | undefined;
  readonly bytes: number;
  writeReport(report: CompileReport): void;
}

/** Writes the chosen form; the original is copied byte for byte. Everything is written aside, synced and renamed. */
export async function writeResult(chosen: Form, input: Input, run: Run): Promise<Written> {
  const { options, paths } = run;
  if (options.dryRun) return { file: undefined, bytes: writtenBytes(chosen, options), writeReport: () => undefined };
  try {
    mkdirSync(paths.folder, { recursive: true });
  } catch (error) {
    fail(configDiagnostics.outputUnwritable({ path: paths.folder, detail: (error as Error).message }), error);
  }
  const { model } = chosen;
  let bytes: number;
  if (
    chosen.name === "original" &&
    options.shape.length === 0 &&
    options.externalData === "auto" &&
    !hasExternalData(input)
  ) {
    copyAtomically(input.file, paths.model);
    bytes = chosen.bytes;
  } else {
    if (chosen.name !== "original") stampModel(model, options);
    const saved = await saveModel(model, paths.model, { externalData: options.externalData, signal: run.signal });
    bytes = saved.bytes + saved.dataBytes;
    if (saved.dataPath !== undefined)
      run.reporter.handle({ type: "written", file: saved.dataPath, bytes: saved.dataBytes });
  }
  run.reporter.handle({ type: "written", file: paths.model, bytes });
  return {
    file: paths.model,
    bytes,
    writeReport: (report) => {
      const text = `${JSON.stringify(report, replaceNumbers, 2)}\n`;
      writeAtomically(paths.report, text);
      run.reporter.handle({ type: "written", file: paths.report, bytes: Buffer.byteLength(text) });
      const page = renderReport(report);
      writeAtomically(paths.page, page);
      run.reporter.handle({ type: "written", file: paths.page, bytes: Buffer.byteLength(page) });
    },
  };
}

function hasExternalData(input: Input): boolean {
  for (const value of input.form.model.graph.constants)
    if (value.constant !== undefined && "file" in value.constant) return true;
  return false;
}

function replaceNumbers(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function publish(path: string, fill: (aside: string) => void): void {
  const aside = asidePath(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    fill(aside);
    const handle = openSync(aside, "r+");
    fsyncSync(handle);
    closeSync(handle);
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    fail(configDiagnostics.outputUnwritable({ path, detail: (error as Error).message }), error);
  }
}

/** Writes a text file aside, syncs and renames it: it is whole or not there. */
export function writeAtomically(path: string, text: string): void {
  publish(path, (aside) => writeFileSync(aside, text));
}

function copyAtomically(from: string, path: string): void {
  publish(path, (aside) => copyFileSync(from, aside));
}
