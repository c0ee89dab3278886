import { fail } from "../../diagnostics/index.ts";
import { scheduleDiagnostics } from "../../diagnostics/codes/schedule.ts";
import type { PrecisionReport } from "../../events.ts";
import type { ScheduleCache } from "../../schedule/index.ts";
import { differenceFrom } from "../regions/form-difference.ts";
import type { Form } from "../form.ts";
import type { Input } from "../load-input.ts";
import { makeForm } from "../make-form.ts";
import { orNoted } from "../or-noted.ts";
import { precisionKey, recordedPrecision, recordPrecision } from "./precision-records.ts";
import { describePrecision } from "./precision-report.ts";
import type { PrecisionChoice, PrecisionSpace } from "./precision-space.ts";
import { openPrecisionSpace } from "./precision-space.ts";
import type { Int8Form } from "../quantize-form.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";
import { readFeeds } from "../samples.ts";
import type { PrecisionSearch } from "./search-precision.ts";
import { searchPrecision } from "./search-precision.ts";

/**
 * A form with some layers in INT8 and others in float, like layers together, and in the spelling that is fastest in the whole
 * network. Undefined where nothing beats plain INT8 and plain float, which are forms of their own; where nothing is known and
 * nothing may be measured; and for targets with kernels. What was found is told and reported. Throws IO0803 in a
 * reproducible run without a record of it.
 */
export async function addTunedForm(
  int8: Int8Form,
  input: Input,
  samples: Samples | undefined,
  cache: ScheduleCache,
  run: Run,
): Promise<Form | undefined> {
  const { environment, control } = run;
  if (environment.target.tunesForms !== true || samples === undefined || control.isStopping) return undefined;
  return run.phase("tune precision", async () => {
    const [feeds = new Map()] = await readFeeds(samples.check);
    const space = openPrecisionSpace(int8, feeds, run);
    if (space.groups.length < 2 && space.alternatives.length === 0) return undefined;
    const chosen = await orNoted("precision", () => choosePrecision(space, { int8, feeds, samples, cache, run }), run);
    if (chosen === undefined || isPlain(space, chosen)) return undefined;
    const model = space.mixed(space.identity(chosen));
    const form = makeForm("tuned", model, input.signature, environment.temp.path, chosen.int8.size > 0);
    return Object.assign(form, { mustNotLose: true });
  });
}

/** Whether a choice is plain INT8 or plain float. */
function isPlain({ groups }: PrecisionSpace, { int8, rewrites }: PrecisionChoice): boolean {
  return rewrites.size === 0 && (int8.size === 0 || int8.size === groups.length);
}

/** The choice by the records or by a search, told, reported and recorded. */
async function choosePrecision(space: PrecisionSpace, given: PrecisionSearch): Promise<PrecisionChoice | undefined> {
  const { int8, cache, run } = given;
  const { options } = run;
  const key = precisionKey(space.workload, run);
  const known = recordedPrecision(cache, key, run);
  if (options.reproducible && known === undefined) {
    if (options.tune === "off") return undefined;
    fail(
      scheduleDiagnostics.missingRecord({ what: "the precision of this model's layers" }, { file: run.paths.schedule }),
    );
  }
  const report = await searchPrecision(space, known, given);
  if (report === undefined) return undefined;
  run.formTuning = { ...run.formTuning, precision: report };
  for (const text of describePrecision(report)) run.note(text);
  const choice = choiceOf(report);
  if (known !== undefined) return choice;
  if (!(await meansTheSame(space, choice, given))) return undefined;
  // What a person ended is no decision: the next run goes on with the trials there are.
  if (report.endedBy !== "stopped") recordReport(cache, key, report, int8, run);
  return choice;
}

function choiceOf({ groups, rewrites = [] }: PrecisionReport): PrecisionChoice {
  return {
    int8: new Set(groups.filter(({ precision }) => precision === "int8").map(({ name }) => name)),
    rewrites: new Set(rewrites.filter(({ taken }) => taken).map(({ name }) => name)),
  };
}

function recordReport(cache: ScheduleCache, key: string, report: PrecisionReport, int8: Int8Form, run: Run): void {
  const device = run.environment.device?.fingerprint;
  if (device === undefined) return;
  const { groups, reason, endedBy } = report;
  const float = groups.filter(({ precision }) => precision === "float");
  const rewrites = (report.rewrites ?? []).filter(({ taken }) => taken);
  const chosen = float.length === 0 ? "int8" : float.length === groups.length ? "float" : "mixed";
  const model = int8.recipe.base.hash;
  recordPrecision(cache, key, { ...{ model, chosen, reason, device }, ...{ float, rewrites, endedBy } });
}

/** Whether the float model gives the same results as it is spelled otherwise; a difference is told. */
async function meansTheSame(
  space: PrecisionSpace,
  { rewrites }: PrecisionChoice,
  { int8, samples, run }: PrecisionSearch,
): Promise<boolean> {
  if (rewrites.size === 0) return true;
  const { difference } = await differenceFrom(int8.recipe.base, space.spelled(rewrites), "tolerance", samples, run);
  if (difference !== undefined) run.note(`not taken: ${[...rewrites].join(", ")} changed the results: ${difference}`);
  return difference === undefined;
}
