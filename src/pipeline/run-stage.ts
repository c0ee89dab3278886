import type { Diagnostic } from "../diagnostics/index.ts";
import { InferOptError } from "../diagnostics/index.ts";
import { pipelineDiagnostics } from "../diagnostics/codes/pipeline.ts";
import type { Reporter } from "../events.ts";
import { nextTurn } from "../events.ts";
import type { Model } from "../ir/index.ts";
import { hashModel, tensorNumbering, verifyStructure } from "../ir/index.ts";
import type { Executor } from "./executor.ts";
import type { Pass, PassNote, Stage } from "./pass.ts";
import { signatureChange, signatureOf } from "./signature.ts";
import type { TargetFacts } from "./target-facts.ts";

/** One pass with complete options. */
export interface PassStep {
  readonly pass: Pass<never>;
  readonly options: unknown;
}

/** A stage: passes repeated until none finds work. */
export interface StagePlan {
  readonly stage: Stage;
  readonly steps: readonly PassStep[];
}

/** What all stages share. */
export interface StageContext {
  readonly target: TargetFacts;
  readonly executor: Executor | undefined;
  readonly signal: AbortSignal;
  readonly reporter: Reporter;
  /** `pass/rule` and `pass` names that are switched off. */
  readonly disabled: ReadonlySet<string>;
  /** Rounds before the stage is stopped; 1 for passes that are run once by nature. */
  readonly maxRounds: number;
  /** Called after every pass that changed something. */
  onChange?(stage: Stage, pass: string, model: Model): void;
}

/** One pass's total over the rounds of a stage. */
export interface PassSummary {
  readonly pass: string;
  changes: number;
  ms: number;
  readonly byRule: Map<string, number>;
}

/** How a run of a stage ended: well, or with the pass that must be left out. */
export type StageOutcome =
  | { readonly kind: "done"; readonly changes: number; readonly summaries: readonly PassSummary[] }
  | { readonly kind: "broken"; readonly pass: string; readonly diagnostic: Diagnostic };

/** Most stages are done before this round: the graph is hashed, to find cycles, from here on. */
const FIRST_HASHED_ROUND = 3;

/** Runs the passes of a stage on the model, in place, until a round changes nothing. A pass that fails leaves the model half changed: the caller rolls back. */
export async function runStage(
  model: Model,
  plan: StagePlan,
  context: StageContext,
  quiet = false,
): Promise<StageOutcome> {
  const steps = plan.steps.filter(({ pass }) => !context.disabled.has(pass.name));
  const summaries = new Map<string, PassSummary>();
  const seen = new Set<string>();
  const numbering = tensorNumbering();
  const cleanAt = new Map<string, number>();
  let version = 0;
  let total = 0;
  for (let round = 1; ; round++) {
    let changedInRound = 0;
    for (const { pass, options } of steps) {
      if (cleanAt.get(pass.name) === version) continue;
      await nextTurn();
      context.signal.throwIfAborted();
      const outcome = await runPass(model, plan.stage, pass, options, round, context, quiet);
      if ("diagnostic" in outcome) return { kind: "broken", pass: pass.name, diagnostic: outcome.diagnostic };
      record(summaries, pass.name, outcome);
      if (outcome.changes > 0) version++;
      else cleanAt.set(pass.name, version);
      changedInRound += outcome.changes;
    }
    total += changedInRound;
    if (changedInRound === 0 || context.maxRounds === 1) break;
    if (round < FIRST_HASHED_ROUND && round < context.maxRounds) continue;
    const state = `${hashModel(model, { numbering })} ${countConstants(model)}`;
    const cycle = seen.has(state);
    seen.add(state);
    if (cycle || round >= context.maxRounds) {
      const diagnostic = pipelineDiagnostics.noFixpoint({ stage: plan.stage, rounds: round, cycle });
      if (!quiet) context.reporter.handle({ type: "diagnostic", diagnostic });
      break;
    }
  }
  return { kind: "done", changes: total, summaries: [...summaries.values()] };
}

/** The structural hash sees only what is read; a round that swept the rest away has come forward all the same. */
function countConstants(model: Model): number {
  let count = 0;
  for (const graph of model.graph.allGraphs()) count += graph.constants.size;
  return count;
}

interface PassOutcome {
  readonly changes: number;
  readonly ms: number;
  readonly byRule: ReadonlyMap<string, number>;
}

async function runPass(
  model: Model,
  stage: Stage,
  pass: Pass<never>,
  options: unknown,
  round: number,
  context: StageContext,
  quiet: boolean,
): Promise<PassOutcome | { readonly diagnostic: Diagnostic }> {
  const nodesBefore = model.graph.nodeCount;
  const signature = signatureOf(model);
  const start = performance.now();
  const report = (note: PassNote): void => {
    if (note.kind === "refusal" && !quiet)
      context.reporter.handle({
        type: "refusal",
        pass: pass.name,
        rule: note.rule,
        node: note.node,
        reason: note.reason,
      });
  };
  const { target, executor, signal, disabled } = context;
  let result;
  try {
    result = await pass.run(model, {
      options: options as never,
      target,
      executor,
      signal,
      disabledRules: disabled,
      report,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof InferOptError) {
      if (error.diagnostic.severity === "error") throw error;
      return { diagnostic: error.diagnostic };
    }
    return {
      diagnostic: pipelineDiagnostics.passCrashed({
        pass: pass.name,
        detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    };
  }
  const ms = performance.now() - start;
  const byRule = result.byRule ?? new Map<string, number>();
  if (result.changes > 0) {
    const broken = verifyStructure(model)[0]?.message ?? signatureChange(signature, model);
    if (broken !== undefined)
      return { diagnostic: pipelineDiagnostics.verifierFailed({ pass: pass.name, detail: broken }) };
    context.onChange?.(stage, pass.name, model);
    if (!quiet)
      context.reporter.handle({
        type: "pass",
        stage,
        pass: pass.name,
        round,
        changes: result.changes,
        byRule: Object.fromEntries(byRule),
        nodesBefore,
        nodesAfter: model.graph.nodeCount,
        ms,
      });
  }
  return { changes: result.changes, ms, byRule };
}

function record(summaries: Map<string, PassSummary>, pass: string, outcome: PassOutcome): void {
  let summary = summaries.get(pass);
  if (summary === undefined) summaries.set(pass, (summary = { pass, changes: 0, ms: 0, byRule: new Map() }));
  summary.changes += outcome.changes;
  summary.ms += outcome.ms;
  for (const [rule, count] of outcome.byRule) summary.byRule.set(rule, (summary.byRule.get(rule) ?? 0) + count);
}
