import { fail } from "../diagnostics/index.ts";
import { scheduleDiagnostics } from "../diagnostics/codes/schedule.ts";
import type { ScheduleCache } from "../schedule/index.ts";
import type { Form } from "./form.ts";
import type { Input } from "./load-input.ts";
import { makeForm } from "./make-form.ts";
import { orNoted } from "./or-noted.ts";
import { precisionKey, recordedPrecision, recordPrecision } from "./precision-records.ts";
import { describePrecision, replayedPrecision } from "./precision-report.ts";
import type { PrecisionSpace } from "./precision-space.ts";
import { openPrecisionSpace } from "./precision-space.ts";
import type { Int8Form } from "./quantize-form.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { readFeeds } from "./samples.ts";
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
  if (run.environment.target.tunesForms !== true || samples === undefined) return undefined;
  return run.phase("tune precision", async () => {
    const [feeds = new Map()] = await readFeeds(samples.check);
    const space = openPrecisionSpace(int8, feeds, run);
    if (space.groups.length < 2) return undefined;
    const key = precisionKey(space.workload, run);
    const float = run.options.reproducible
      ? replay(space, key, cache, run)
      : await orNoted("precision", () => search(space, key, { int8, feeds, samples, cache, run }), run);
    if (float === undefined || float.size === 0 || float.size === space.groups.length) return undefined;
    const kept = new Set(space.groups.flatMap(({ name }) => (float.has(name) ? [] : [name])));
    const model = space.mixed(space.identity(kept));
    return makeForm("tuned", model, input.signature, run.environment.temp.path, true);
  });
}

/** The groups that stay float by the records; undefined with `--tune off`, which had none to make. */
function replay(space: PrecisionSpace, key: string, cache: ScheduleCache, run: Run): ReadonlySet<string> | undefined {
  const known = recordedPrecision(cache, key);
  if (known === undefined && run.options.tune === "off") return undefined;
  if (known === undefined)
    return fail(
      scheduleDiagnostics.missingRecord({ what: "the precision of this model's layers" }, { file: run.paths.schedule }),
    );
  run.formTuning = { ...run.formTuning, precision: replayedPrecision(space.groups, known) };
  return known.float;
}

/** The groups that stay float by a search, told and recorded. */
async function search(
  space: PrecisionSpace,
  key: string,
  given: Parameters<typeof searchPrecision>[1],
): Promise<ReadonlySet<string> | undefined> {
  const { int8, cache, run } = given;
  const report = await searchPrecision(space, given);
  if (report === undefined) return undefined;
  run.formTuning = { ...run.formTuning, precision: report };
  for (const text of describePrecision(report)) run.note(text);
  const float = report.groups.filter(({ precision }) => precision === "float");
  const names = new Set(float.map(({ name }) => name));
  const known = recordedPrecision(cache, key);
  const isKnown = known?.float.size === names.size && [...names].every((name) => known.float.has(name));
  const { device } = run.environment;
  if (!isKnown && device !== undefined && run.options.tune !== "off") {
    const chosen = names.size === 0 ? "int8" : names.size === space.groups.length ? "float" : "mixed";
    const { reason } = report;
    recordPrecision(cache, key, {
      ...{ model: int8.recipe.base.hash, chosen, reason, device: device.fingerprint, float },
    });
  }
  return names;
}
