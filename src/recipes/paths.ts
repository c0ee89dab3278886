import { accessSync, constants, existsSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fail } from "../diagnostics/index.ts";
import { configDiagnostics } from "../diagnostics/codes/config.ts";

/** The files a compile writes. */
export interface OutputPaths {
  readonly folder: string;
  readonly model: string;
  readonly schedule: string;
  readonly calib: string;
  readonly report: string;
  /** The report as a page to look at. */
  readonly page: string;
}

/**
 * Where the results go: `<stem>.opt.onnx` and its companions in a folder named by `output`, beside the model without
 * it, or under the name of a given `.onnx` file. The input is never written over.
 */
export function outputPaths(model: string, output: string | undefined, records: string | undefined): OutputPaths {
  const stem = basename(model, extname(model));
  const isFile =
    output !== undefined && extname(output) === ".onnx" && !(existsSync(output) && statSync(output).isDirectory());
  const folder = isFile ? dirname(output) : (output ?? dirname(model));
  const file = isFile ? output : join(folder, `${stem}.opt.onnx`);
  if (isSameFile(file, model))
    fail(
      configDiagnostics.conflict(
        { detail: "the output would overwrite the input", advice: "name another file or a folder with -o" },
        { file: model },
      ),
    );
  const base = isFile ? basename(output, ".onnx").replace(/\.opt$/, "") : stem;
  const schedule = records ?? join(folder, `${base}.schedule.jsonl`);
  const calib = join(folder, `${base}.calib.json`);
  const report = join(folder, `${base}.report.json`);
  const page = join(folder, `${base}.report.html`);
  if ([model, file, calib, report, page].some((other) => isSameFile(schedule, other)))
    fail(
      configDiagnostics.conflict(
        { detail: "the records would be written into another file of this run", advice: "name another --records" },
        { file: schedule },
      ),
    );
  return { folder, model: file, schedule, calib, report, page };
}

/** True for one file under two names: links and spellings make no difference. */
function isSameFile(a: string, b: string): boolean {
  if (resolve(a) === resolve(b)) return true;
  if (!existsSync(a) || !existsSync(b)) return false;
  const [left, right] = [statSync(a), statSync(b)];
  return left.dev === right.dev && left.ino === right.ino;
}

/** Throws IO0906 when a folder neither is nor can become a folder that may be written to: before the work, not after it. */
export function requireWritable(folder: string): void {
  let existing = resolve(folder);
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  try {
    if (!statSync(existing).isDirectory()) throw new Error(`${existing} is not a folder`);
    accessSync(existing, constants.W_OK);
  } catch (error) {
    fail(configDiagnostics.outputUnwritable({ path: folder, detail: (error as Error).message }), error);
  }
}

/** Throws IO0907 when the model is not a file. */
export function requireFile(model: string): void {
  if (!existsSync(model) || !statSync(model).isFile()) fail(configDiagnostics.modelMissing({ model }, { file: model }));
}
