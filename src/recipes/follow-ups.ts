import { dirname, join } from "node:path";
import type { CompileOptions } from "../config/index.ts";
import { fail } from "../diagnostics/index.ts";
import { configDiagnostics } from "../diagnostics/codes/config.ts";
import type { CheckReport } from "../events.ts";
import { loadModel } from "../onnx/index.ts";
import type { Form } from "./form.ts";
import { gateBaseline } from "./commands/gate-baseline.ts";
import { writePackage } from "./package/write-package.ts";
import { readLoadResult } from "./package/read-load-result.ts";
import { requireFile } from "./paths.ts";
import type { Run } from "./run.ts";

/** A model may be slower than the last release by this share: what good races cannot tell from noise. */
const SLOWER = 0.02;

/** What is done with a result that was written is checked before the work, not after it. Throws IO0904, IO0907, IO0914, and what loading throws. */
export async function checkFollowUps(options: CompileOptions): Promise<void> {
  const { baseline, reproducible, package: kind, loadResult, dryRun } = options;
  const conflict = (detail: string, advice: string): never => fail(configDiagnostics.conflict({ detail, advice }));
  if (baseline !== undefined) requireFile(baseline);
  if (baseline !== undefined && reproducible)
    conflict(
      "--baseline measures, and --reproducible forbids that",
      "run `infer-opt compare RESULT --baseline FILE` afterwards",
    );
  if (loadResult !== undefined && kind === undefined)
    conflict("--load-result means something only to --package", "add --package triton or ort");
  if (dryRun && (baseline !== undefined || kind !== undefined))
    conflict("--dry-run writes nothing to hold against a baseline or to package", "leave one of them out");
  if (loadResult !== undefined) readLoadResult(loadResult);
  if (baseline !== undefined) await loadModel(baseline);
}

/** Holds the result against the last release, where one is named; each failed check is a problem of the run. */
export async function gateWritten(file: string | undefined, run: Run): Promise<readonly CheckReport[]> {
  const { options, reporter, signal } = run;
  const { baseline } = options;
  if (baseline === undefined || file === undefined) return [];
  const { checks } = await run.phase("hold against the baseline", () =>
    gateBaseline(baseline, file, options, {
      slower: options.failIfSlower && options.tune !== "off" ? SLOWER : undefined,
      ...{ reporter, signal },
    }),
  );
  for (const { name, ok, detail } of checks)
    if (ok) run.note(`baseline: ${name}: ${detail}`);
    else run.diagnose(configDiagnostics.baselineUnmet({ baseline, detail: `${name}: ${detail}` }));
  return checks;
}

/** Packages the result for a server, where that is asked for, into a folder beside it that bears the server's name. */
export async function packageWritten(file: string | undefined, chosen: Form, run: Run): Promise<void> {
  const { package: kind, loadResult } = run.options;
  if (kind === undefined || file === undefined) return;
  const tuned = run.formTuning.session;
  const advice = tuned?.form === chosen.name ? tuned.options : undefined;
  const { folder, notes } = await run.phase("package", () =>
    writePackage(kind, { model: file, folder: join(dirname(file), kind), loadResult, advice }),
  );
  for (const note of [`${kind} package: ${folder}`, ...notes]) run.note(note);
}
