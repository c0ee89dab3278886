import { scheduleDiagnostics } from "../../diagnostics/codes/schedule.ts";
import { fail } from "../../diagnostics/index.ts";
import type { ScheduleCache } from "../../schedule/index.ts";
import { hashJson } from "../../schedule/index.ts";
import { version } from "../../version.ts";
import { accuracyObjection, measureForms } from "./judge-accuracy.ts";
import type { Form } from "../form.ts";
import type { Input } from "../load-input.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";
import { evaluationHash } from "../samples.ts";
import { measuredHash } from "../config-hash.ts";

/**
 * Whether the pruned form keeps the accuracy asked for, so that INT8 may build on it; where it does not, INT8 builds on
 * the unpruned form. The verdict is a choice of its own in the records, so that it need not be found twice.
 */
export async function prunedHolds(
  pruned: Form,
  input: Input,
  samples: Samples | undefined,
  cache: ScheduleCache,
  run: Run,
): Promise<boolean> {
  const key = hashJson({
    scope: "prune",
    original: input.form.hash,
    pruned: pruned.hash,
    config: measuredHash(run.options),
    tool: version,
  });
  const evaluation = samples?.evaluation;
  const data = evaluation === undefined ? undefined : await evaluationHash(evaluation);
  const known = cache.choices(key).find((record) => data === undefined || record.data === data);
  if (known !== undefined && !run.options.reprove) return known.chosen === pruned.name;
  if (evaluation === undefined || run.unrunnable !== undefined) return true;
  if (run.options.reproducible)
    fail(scheduleDiagnostics.missingRecord({ what: "what pruning loses" }, { file: run.paths.schedule }));
  const accuracy = await measureForms([input.form, pruned], evaluation, run);
  const objection = accuracy.failures.get(pruned.name) ?? accuracyObjection(pruned, accuracy.byForm, run.options);
  const reason = objection ?? "the accuracy asked for is kept";
  if (objection !== undefined) run.note(`pruning is undone: ${objection}`);
  cache.append([
    {
      v: 1,
      kind: "choice",
      key,
      model: input.form.hash,
      scope: "prune",
      chosen: objection === undefined ? pruned.name : "original",
      reason,
      ...(data === undefined ? {} : { data }),
      at: new Date().toISOString(),
      tool: version,
    },
  ]);
  return objection === undefined;
}
