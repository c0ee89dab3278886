import { join } from "node:path";
import type { Model, RuntimeValue } from "../ir/index.ts";
import { cloneModel, isTensor, printModel } from "../ir/index.ts";
import { inferTypes } from "../ops/index.ts";
import type { Checker, Executor, Feeds } from "../pipeline/index.ts";
import { makeChecker, runCheckedStage } from "../pipeline/index.ts";
import type { Form } from "./form.ts";
import type { Input } from "./load-input.ts";
import { makeForm } from "./make-form.ts";
import { disabledRules, maxRounds, passNamed, planStages } from "./plan-stages.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { readFeeds } from "./samples.ts";
import { writeAtomically } from "./write-result.ts";

/**
 * Simplifies and fuses the working copy. The resulting forms: none when nothing changed, the float form, and a variant
 * with siblings merged where there are any and timing will tell whether that pays.
 */
export async function rewriteFloat(input: Input, samples: Samples | undefined, run: Run): Promise<readonly Form[]> {
  const { options, environment } = run;
  const disabled = new Set(disabledRules(options));
  const check = await makeCheck(input.model, samples, run);
  let dumped = 0;
  let changes = 0;
  const dump = (stage: string, pass: string, model: Model): void => {
    if (options.dumpIr === undefined || options.dryRun) return;
    writeAtomically(
      join(options.dumpIr, `${String(dumped++).padStart(3, "0")}-${stage}-${pass}.txt`),
      printModel(model),
    );
  };
  for (const plan of planStages(options, input.form.bytes)) {
    const context = {
      target: run.facts,
      executor: samples === undefined ? undefined : environment.exact,
      signal: run.signal,
      reporter: run.reporter,
      disabled,
      maxRounds,
      onChange: dump,
    };
    const result = await runCheckedStage(input.model, plan, context, {
      mode: options.check,
      strict: options.strict,
      ...check,
    });
    for (const name of result.disabled) disabled.add(name);
    run.recordStage(plan.stage, result);
    changes += result.changes;
  }
  if (options.level === "O0") return [];
  const folder = environment.temp.path;
  const rewritten = makeForm("float", input.model, input.signature, folder, false);
  // What inference learnt of the outputs is in the hash, and no change of the model.
  const isSame = (): boolean => rewritten.nodes === input.form.nodes && rewritten.hash === input.form.hash;
  const float = changes === 0 || isSame() ? [] : [rewritten];
  const merged = await mergeSiblings(input.model, check, disabled, run);
  if (merged === undefined) return float;
  return [...float, { ...makeForm("float-merged", merged, input.signature, folder, false), mustPay: true }];
}

/** A copy with sibling operators merged; undefined when there are none, or when nothing will be timed. */
async function mergeSiblings(
  model: Model,
  check: Check,
  disabled: ReadonlySet<string>,
  run: Run,
): Promise<Model | undefined> {
  const { options, environment } = run;
  const isTimed = options.tune !== "off" && run.unrunnable === undefined && check.checker !== undefined;
  if (!isTimed || options.passes.length > 0 || !["O2", "O3"].includes(options.level)) return undefined;
  const copy = cloneModel(model);
  const pass = passNamed("merge-siblings");
  const context = {
    target: run.facts,
    executor: environment.exact,
    signal: run.signal,
    reporter: run.reporter,
    disabled,
    maxRounds: 1,
  };
  const plan = { stage: "fuse" as const, steps: [{ pass: pass as never, options: pass.defaults }] };
  const result = await runCheckedStage(copy, plan, context, { mode: "stage", strict: options.strict, ...check });
  if (result.changes === 0) return undefined;
  inferTypes(copy, { onConflict: "replace" });
  return copy;
}

/** The checker of the stages, or the reason why there is none. */
interface Check {
  readonly checker: Checker | undefined;
  readonly reason: string;
}

async function makeCheck(model: Model, samples: Samples | undefined, run: Run): Promise<Check> {
  if (run.options.check === "none") return { checker: undefined, reason: "--check none" };
  if (samples === undefined) return { checker: undefined, reason: "the model is not run here" };
  const feeds = await readFeeds(samples.check);
  const executor = await pickExecutor(model, feeds, run);
  if ("reason" in executor) {
    run.cannotRun(executor.reason);
    return { checker: undefined, reason: executor.reason };
  }
  return { checker: makeChecker(executor.executor, feeds), reason: "" };
}

/** ONNX Runtime where it runs the model and returns all outputs, else the interpreter; the reason when neither can. */
async function pickExecutor(
  model: Model,
  feeds: readonly Feeds[],
  run: Run,
): Promise<{ readonly executor: Executor } | { readonly reason: string }> {
  const { exact } = run.environment;
  const first = feeds.slice(0, 1);
  const tried = await makeChecker(exact, first).evaluate(model);
  const names = model.graph.outputs.map((output) => output.name);
  const complete = (outputs: readonly ReadonlyMap<string, RuntimeValue>[]): boolean =>
    outputs.every((values) => names.every((name) => values.has(name)));
  if ("outputs" in tried && complete(tried.outputs)) return { executor: exact };
  const { referenceExecutor } = await import("../reference/index.ts");
  const interpreted = await makeChecker(referenceExecutor, first).evaluate(model);
  if ("outputs" in interpreted && complete(interpreted.outputs)) return { executor: referenceExecutor };
  if ("outputs" in tried) {
    const missing = names.filter((name) => !isTensor(tried.outputs[0]?.get(name)));
    run.note(`not comparable: ${missing.join(", ")} (neither onnxruntime-node nor the interpreter returns it)`);
    return { executor: exact };
  }
  return { reason: tried.failure };
}
