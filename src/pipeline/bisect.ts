import type { Model } from "../ir/index.ts";
import { cloneModel } from "../ir/index.ts";
import type { Checker, Outputs } from "./checker.ts";
import type { Preserves } from "./pass.ts";
import type { StageContext, StagePlan } from "./run-stage.ts";
import { runStage } from "./run-stage.ts";

/** Who changes the results: a pass, and its rule where one alone is to blame. */
export interface Guilty {
  readonly pass: string;
  readonly rule: string | undefined;
}

/**
 * Finds the pass, and the rule within it, after which the outputs of `start` change by more than `preserves` allows.
 * The stage is run again on a copy, keeping the model after every change; the first bad one is found by halving.
 */
export async function findGuilty(
  start: Model,
  plan: StagePlan,
  context: StageContext,
  checker: Checker,
  before: Outputs,
  preserves: Preserves,
): Promise<Guilty | undefined> {
  const states: { readonly pass: string; readonly model: Model }[] = [];
  const keep = (pass: string, model: Model): void => void states.push({ pass, model: cloneModel(model) });
  await runStage(cloneModel(start), plan, { ...context, onChange: (_stage, pass, model) => keep(pass, model) }, true);
  const isGood = async (model: Model): Promise<boolean> => {
    const result = await checker.evaluate(model);
    return "outputs" in result && checker.compare(before, result.outputs, preserves).verdict !== "mismatch";
  };
  let good = -1;
  let bad = states.length - 1;
  if (bad < 0 || (await isGood((states[bad] as { model: Model }).model))) return undefined;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (await isGood((states[middle] as { model: Model }).model)) good = middle;
    else bad = middle;
  }
  const { pass } = states[bad] as { pass: string };
  const base = good < 0 ? start : (states[good] as { model: Model }).model;
  const step = plan.steps.find((candidate) => candidate.pass.name === pass);
  if (step === undefined) return { pass, rule: undefined };
  const onlyThis: StagePlan = { stage: plan.stage, steps: [step] };
  for (const rule of step.pass.rules ?? []) {
    const name = `${pass}/${rule}`;
    if (context.disabled.has(name)) continue;
    const copy = cloneModel(base);
    const disabled = new Set([...context.disabled, name]);
    const outcome = await runStage(copy, onlyThis, { ...context, disabled, maxRounds: 1 }, true);
    if (outcome.kind === "done" && (await isGood(copy))) return { pass, rule };
  }
  return { pass, rule: undefined };
}
