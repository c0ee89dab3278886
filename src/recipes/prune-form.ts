import { parseShare } from "../config/index.ts";
import { cloneModel, hashModel } from "../ir/index.ts";
import { runCheckedStage } from "../pipeline/index.ts";
import type { Form } from "./form.ts";
import type { Input } from "./load-input.ts";
import { makeForm } from "./make-form.ts";
import { maxRounds, passNamed, planStages } from "./plan-stages.ts";
import type { Run } from "./run.ts";

const methods = { level: "prune-level", "l1-channel": "prune-l1-channel" } as const;

/** The pruned form, simplified again; undefined when no `--sparsity` is asked for or nothing could be pruned. */
export async function addPrunedForm(base: Form, input: Input, run: Run): Promise<Form | undefined> {
  const { options, environment } = run;
  if (options.sparsity === undefined) return undefined;
  const sparsity = parseShare(options.sparsity);
  const model = cloneModel(base.model);
  const pass = passNamed(methods[options.pruneMethod]);
  const context = {
    target: run.facts,
    executor: undefined,
    signal: run.signal,
    reporter: run.reporter,
    disabled: new Set(options.skipPasses),
    maxRounds: 1,
  };
  const plan = {
    stage: "prune" as const,
    steps: [
      { pass: pass as never, options: { ...(pass.defaults as object), sparsity, multiple: run.facts.channelMultiple } },
    ],
  };
  const result = await runCheckedStage(model, plan, context, {
    mode: "none",
    strict: options.strict,
    checker: undefined,
    reason: "",
  });
  run.recordStage("prune", result);
  for (const clean of planStages(options, input.form.bytes))
    await runCheckedStage(
      model,
      clean,
      { ...context, maxRounds },
      { mode: "none", strict: options.strict, checker: undefined, reason: "" },
    );
  if (hashModel(model) === base.hash) {
    run.note("nothing could be pruned: see the refusals (--explain-refusals) for what keeps its channels and why");
    return undefined;
  }
  if (options.pruneMethod === "level")
    run.note(
      "zeros in dense weights save neither bytes nor time by themselves: they pay in compressed downloads and on sparse runtimes",
    );
  return makeForm("pruned", model, input.signature, environment.temp.path, true);
}
