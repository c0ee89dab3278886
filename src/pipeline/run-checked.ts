import type { Diagnostic } from "../diagnostics/index.ts";
import { fail } from "../diagnostics/index.ts";
import { pipelineDiagnostics } from "../diagnostics/codes/pipeline.ts";
import type { Model } from "../ir/index.ts";
import { cloneModel, restoreModel } from "../ir/index.ts";
import { findGuilty } from "./bisect.ts";
import type { Checker, Outputs } from "./checker.ts";
import type { Comparison } from "./compare.ts";
import type { Preserves } from "./pass.ts";
import type { PassSummary, StageContext, StagePlan } from "./run-stage.ts";
import { runStage } from "./run-stage.ts";

/** When the numbers are compared: never, at the end of a stage, or after every pass that changed something. */
export type CheckMode = "none" | "stage" | "each";

/** How a checked stage ended. */
export interface StageResult {
  readonly changes: number;
  readonly summaries: readonly PassSummary[];
  readonly comparison: Comparison | undefined;
  /** What was switched off on the way, as `pass` or `pass/rule`. */
  readonly disabled: readonly string[];
  readonly problems: readonly Diagnostic[];
}

/** Conditions of a checked stage. */
export interface CheckSetup {
  readonly mode: CheckMode;
  readonly strict: boolean;
  /** Undefined when the model cannot be run; `reason` then says why. */
  readonly checker: Checker | undefined;
  readonly reason: string;
}

/** More culprits than this in one stage mean that the check itself is at odds with the model: the stage is undone. */
const MAX_CULPRITS = 12;

/**
 * Runs a stage, compares the results with those of the model before it, and on a mismatch finds the guilty pass and
 * rule, rolls the stage back and runs it without them. The model is changed in place and always ends valid.
 */
export async function runCheckedStage(
  model: Model,
  plan: StagePlan,
  context: StageContext,
  check: CheckSetup,
): Promise<StageResult> {
  if (check.mode === "each") return runEach(model, plan, context, check);
  const start = cloneModel(model);
  const disabled = new Set(context.disabled);
  const added: string[] = [];
  const problems: Diagnostic[] = [];
  let before: Outputs | undefined;

  const report = (diagnostic: Diagnostic): void => {
    if (check.strict) fail({ ...diagnostic, severity: "error" });
    problems.push(diagnostic);
    context.reporter.handle({ type: "diagnostic", diagnostic });
  };
  const leaveOut = (name: string, diagnostic: Diagnostic): void => {
    restoreModel(model, start);
    disabled.add(name);
    added.push(name);
    const [pass = name, rule] = name.split("/");
    context.reporter.handle({
      type: "rollback",
      stage: plan.stage,
      pass,
      ...(rule === undefined ? {} : { rule }),
      reason: diagnostic.message,
    });
    report(diagnostic);
  };
  const finish = (
    changes: number,
    summaries: readonly PassSummary[],
    comparison: Comparison | undefined,
  ): StageResult => ({
    changes,
    summaries,
    comparison,
    disabled: added,
    problems,
  });
  const skip = (reason: string): void =>
    context.reporter.handle({ type: "check", stage: plan.stage, verdict: "skipped", detail: reason });

  for (;;) {
    const inner = { ...context, disabled };
    const outcome = await runStage(model, plan, inner);
    if (outcome.kind === "broken") {
      leaveOut(outcome.pass, outcome.diagnostic);
      continue;
    }
    const { changes, summaries } = outcome;
    if (changes === 0) return finish(0, summaries, undefined);
    const preserves = weakest(plan, summaries);
    if (check.mode === "none" || preserves === "accuracy") return finish(changes, summaries, undefined);
    if (check.checker === undefined) {
      skip(check.reason);
      return finish(changes, summaries, undefined);
    }
    if (before === undefined) {
      const original = await check.checker.evaluate(start);
      if ("failure" in original) {
        skip(`the model itself does not run: ${original.failure}`);
        return finish(changes, summaries, undefined);
      }
      before = original.outputs;
    }
    const after = await check.checker.evaluate(model);
    const comparison: Comparison =
      "outputs" in after
        ? check.checker.compare(before, after.outputs, preserves)
        : { verdict: "mismatch", sqnrDb: -Infinity, detail: `the result does not run: ${after.failure}` };
    const { verdict, detail, sqnrDb } = comparison;
    context.reporter.handle({ type: "check", stage: plan.stage, verdict, detail, sqnrDb });
    if (verdict !== "mismatch") return finish(changes, summaries, comparison);
    const guilty =
      added.length < MAX_CULPRITS ? await findGuilty(start, plan, inner, check.checker, before, preserves) : undefined;
    if (guilty === undefined) {
      restoreModel(model, start);
      report(pipelineDiagnostics.mismatchUnexplained({ stage: plan.stage, detail }));
      return finish(0, [], undefined);
    }
    const name = guilty.rule === undefined ? guilty.pass : `${guilty.pass}/${guilty.rule}`;
    leaveOut(
      name,
      pipelineDiagnostics.numericMismatch({ stage: plan.stage, pass: guilty.pass, rule: guilty.rule, detail }),
    );
  }
}

/** The least that the passes which changed something promise. */
function weakest(plan: StagePlan, summaries: readonly PassSummary[]): Preserves {
  const order: readonly Preserves[] = ["bits", "tolerance", "accuracy"];
  let found = 0;
  for (const { pass, changes } of summaries)
    if (changes > 0)
      found = Math.max(
        found,
        order.indexOf(plan.steps.find((step) => step.pass.name === pass)?.pass.preserves ?? "bits"),
      );
  return order[found] as Preserves;
}

/** `--check each`: every pass is a stage of its own, repeated as a whole until a round changes nothing. */
async function runEach(model: Model, plan: StagePlan, context: StageContext, check: CheckSetup): Promise<StageResult> {
  const disabled = new Set(context.disabled);
  const results: StageResult[] = [];
  for (let round = 0; round < context.maxRounds; round++) {
    let changes = 0;
    for (const step of plan.steps) {
      const single: StagePlan = { stage: plan.stage, steps: [step] };
      const result = await runCheckedStage(
        model,
        single,
        { ...context, disabled, maxRounds: 1 },
        { ...check, mode: "stage" },
      );
      for (const name of result.disabled) disabled.add(name);
      changes += result.changes;
      results.push(result);
    }
    if (changes === 0) break;
  }
  return {
    changes: results.reduce((sum, result) => sum + result.changes, 0),
    summaries: mergeSummaries(results.flatMap((result) => result.summaries)),
    comparison: results.findLast((result) => result.comparison !== undefined)?.comparison,
    disabled: results.flatMap((result) => result.disabled),
    problems: results.flatMap((result) => result.problems),
  };
}

function mergeSummaries(all: readonly PassSummary[]): readonly PassSummary[] {
  const merged = new Map<string, PassSummary>();
  for (const { pass, changes, ms, byRule } of all) {
    const into = merged.get(pass) ?? { pass, changes: 0, ms: 0, byRule: new Map<string, number>() };
    into.changes += changes;
    into.ms += ms;
    for (const [rule, count] of byRule) into.byRule.set(rule, (into.byRule.get(rule) ?? 0) + count);
    merged.set(pass, into);
  }
  return [...merged.values()];
}
