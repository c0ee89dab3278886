import { fail } from "../diagnostics/index.ts";
import { scheduleDiagnostics } from "../diagnostics/codes/schedule.ts";
import type { ScheduleCache } from "../schedule/index.ts";
import type { Form } from "./form.ts";
import type { Input } from "./load-input.ts";
import { makeForm } from "./make-form.ts";
import { orNoted } from "./or-noted.ts";
import { precisionKey, recordedPrecision, recordPrecision } from "./precision-records.ts";
import { describePrecision } from "./precision-report.ts";
import type { PrecisionSpace } from "./precision-space.ts";
import { openPrecisionSpace } from "./precision-space.ts";
import type { Int8Form } from "./quantize-form.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { readFeeds } from "./samples.ts";
import type { PrecisionSearch } from "./search-precision.ts";
import { searchPrecision } from "./search-precision.ts";

/**
 * A form with some layers in INT8 and others in float: like layers together, as is fastest in the whole network. Undefined
 * where no mixture beats plain INT8 and plain float, which are forms of their own; where nothing is known and nothing may
 * be measured; and for targets with kernels. What was found is told and reported. Throws IO0803 in a reproducible run
 * without a record of it.
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
    if (space.groups.length < 2) return undefined;
    const float = await orNoted("precision", () => floatGroups(space, { int8, feeds, samples, cache, run }), run);
    if (float === undefined || float.size === 0 || float.size === space.groups.length) return undefined;
    const kept = new Set(space.groups.flatMap(({ name }) => (float.has(name) ? [] : [name])));
    const model = space.mixed(space.identity(kept));
    return makeForm("tuned", model, input.signature, environment.temp.path, true);
  });
}

/** The groups that stay float, by the records or by a search, told, reported and recorded. */
async function floatGroups(space: PrecisionSpace, given: PrecisionSearch): Promise<ReadonlySet<string> | undefined> {
  const { int8, cache, run } = given;
  const { options, environment } = run;
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
  const float = report.groups.filter(({ precision }) => precision === "float");
  if (known === undefined && environment.device !== undefined) {
    const { groups } = space;
    const chosen = float.length === 0 ? "int8" : float.length === groups.length ? "float" : "mixed";
    const device = environment.device.fingerprint;
    recordPrecision(cache, key, { model: int8.recipe.base.hash, chosen, reason: report.reason, device, float });
  }
  return new Set(float.map(({ name }) => name));
}
