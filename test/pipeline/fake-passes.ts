import type { CompileEvent } from "../../src/events.ts";
import type { Model } from "../../src/ir/index.ts";
import { parseModel, tensorFromNumbers } from "../../src/ir/index.ts";
import type { CheckSetup, Feeds, Pass, Preserves, StageContext, StagePlan } from "../../src/pipeline/index.ts";
import { makeChecker } from "../../src/pipeline/index.ts";
import { referenceExecutor } from "../../src/reference/index.ts";

/** Abs, then Identity on what is never negative, then Floor. */
export function sampleModel(): Model {
  return parseModel(`opset 17 graph g {
    in %x: float32[4]
    %a: float32[4] = Abs(%x) @abs
    %b: float32[4] = Identity(%a) @same
    %c: float32[4] = Floor(%b) @floor
    %y: float32[4] = Identity(%c) @last
    out %y }`);
}

/** Operators of the main graph in order. */
export function operatorsOf(model: Model): string {
  return [...model.graph.nodes()].map((node) => node.opType).join(" ");
}

/** Replaces every operator of one type by another with one input. */
export interface Swap {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/** A pass that swaps operators; each swap is a rule. */
export function swapPass(name: string, preserves: Preserves, ...swaps: readonly Swap[]): Pass {
  return {
    name,
    summary: "swaps operators",
    stage: "simplify",
    preserves,
    rules: swaps.map(({ rule }) => rule),
    defaults: {},
    run: (model, { disabledRules }) => {
      const byRule = new Map<string, number>();
      for (const { rule, from, to } of swaps) {
        if (disabledRules.has(`${name}/${rule}`)) continue;
        for (const node of [...model.graph.nodes()].filter((candidate) => candidate.opType === from)) {
          const [old] = node.outputs;
          if (old === undefined) continue;
          const made = model.graph.insertBefore(node, {
            opType: to,
            inputs: node.inputs,
            outputs: [{ name: `${old.name}_`, type: old.type }],
          });
          const [fresh] = made.outputs;
          if (fresh === undefined) continue;
          model.graph.replaceUses(old, fresh);
          model.graph.remove(node);
          byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
        }
      }
      return { changes: [...byRule.values()].reduce((sum, count) => sum + count, 0), byRule };
    },
  };
}

/** A pass around any function of the model. */
export function passOf(name: string, run: (model: Model) => number, preserves: Preserves = "bits"): Pass {
  return { name, summary: name, stage: "simplify", preserves, defaults: {}, run: (model) => ({ changes: run(model) }) };
}

/** A stage of passes with their defaults. */
export function stageOf(...passes: readonly Pass[]): StagePlan {
  return { stage: "simplify", steps: passes.map((pass) => ({ pass: pass as Pass<never>, options: pass.defaults })) };
}

/** What a stage runs in, with the events it gives. */
export function contextOf(rest: Partial<StageContext> = {}): StageContext & { readonly events: CompileEvent[] } {
  const events: CompileEvent[] = [];
  return {
    target: {
      id: "test",
      maxOpset: 22,
      qdqDialect: "none",
      hasVnni: true,
      functions: "keep",
      channelMultiple: 1,
    },
    executor: undefined,
    signal: new AbortController().signal,
    reporter: { handle: (event) => events.push(event) },
    disabled: new Set(),
    maxRounds: 8,
    events,
    ...rest,
  };
}

const feeds: readonly Feeds[] = [
  new Map([["x", tensorFromNumbers("float32", [4], [-2.5, -0.5, 1.25, 3])]]),
  new Map([["x", tensorFromNumbers("float32", [4], [0.5, 7, -9.75, 2])]]),
];

/** A check by the interpreter on two samples. */
export function checkOf(rest: Partial<CheckSetup> = {}): CheckSetup {
  return { mode: "stage", strict: false, checker: makeChecker(referenceExecutor, feeds), reason: "", ...rest };
}

/** A pass that lets the first node read what the last one gives. */
export function cyclicPass(name: string): Pass {
  return passOf(name, ({ graph }) => {
    const nodes = [...graph.nodes()];
    const [first, last] = [nodes[0], nodes.at(-1)];
    if (first !== undefined && last !== undefined) graph.setInput(first, 0, last.outputs[0]);
    return 1;
  });
}
