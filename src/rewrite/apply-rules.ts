import type { Graph, Model, Node } from "../ir/index.ts";
import { InferOptError } from "../diagnostics/index.ts";
import { effectiveOpset } from "../ops/index.ts";
import { builderBefore } from "./builder.ts";
import type { Refusal } from "./match.ts";
import { replaceMatch } from "./replace.ts";
import type { Replaced } from "./replace.ts";
import type { Replacement, Rule, Site } from "./rule.ts";
import { isRefusal } from "./rule.ts";
import { Worklist } from "./worklist.ts";

/** What rule application needs of its surroundings; the context of a pass is one. */
export interface RewriteContext {
  /** Rules switched off, as `pass/rule`. */
  readonly disabledRules: ReadonlySet<string>;
  readonly signal: AbortSignal;
  readonly target: { readonly maxOpset: number };
  report(note: {
    readonly kind: "change" | "refusal" | "note";
    readonly rule: string;
    readonly node: string;
    readonly reason: string;
  }): void;
}

/** What rule application did. */
export interface RewriteResult {
  readonly changes: number;
  readonly byRule: ReadonlyMap<string, number>;
  /**
   * The opset that rules refused for lack of it need, at most the target's; undefined when none was. The number of
   * matches that wait for it is the sum over `waiting`.
   */
  readonly wantedOpset: number | undefined;
  readonly waiting: ReadonlyMap<string, number>;
}

/** A full sweep that changes nothing ends the work; more than this many mean that rules undo each other. */
const maxSweeps = 20;

/**
 * Applies the rules of the pass to every graph of the model (subgraphs and function bodies included) until none applies.
 * Work is driven by a list of nodes whose surroundings changed, so it is about linear in the size of the model. When
 * rules undo each other, they are stopped and named in a note.
 */
export function applyRules(model: Model, pass: string, rules: readonly Rule[], context: RewriteContext): RewriteResult {
  const active = rules.filter((rule) => !context.disabledRules.has(`${pass}/${rule.name}`));
  const rewriter = new Rewriter(active, context);
  const roots = [model.graph, ...[...model.functions.values()].map((fn) => fn.body)];
  for (const root of roots)
    for (const graph of [...root.allGraphs()]) {
      const opset = effectiveOpset(model, graph);
      if (opset !== undefined) rewriter.run({ model, graph, opset });
    }
  return rewriter.result();
}

class Rewriter {
  readonly #context: RewriteContext;
  readonly #byOp = new Map<string, Rule[]>();
  readonly #depth: number;
  readonly #byRule = new Map<string, number>();
  readonly #waiting = new Map<string, number>();
  readonly #told = new Set<string>();
  #wantedOpset: number | undefined;

  constructor(rules: readonly Rule[], context: RewriteContext) {
    this.#context = context;
    this.#depth = Math.max(1, ...rules.map((rule) => rule.depth));
    for (const rule of rules)
      for (const root of rule.roots) {
        const list = this.#byOp.get(root);
        if (list === undefined) this.#byOp.set(root, [rule]);
        else list.push(rule);
      }
  }
  result(): RewriteResult {
    let changes = 0;
    for (const count of this.#byRule.values()) changes += count;
    return { changes, byRule: this.#byRule, wantedOpset: this.#wantedOpset, waiting: this.#waiting };
  }
  run(site: Site): void {
    // A rewrite makes fewer or cheaper nodes, so a sound set of rules stays far below this number.
    let budget = 8 * site.graph.nodeCount + 64;
    for (let sweep = 0; sweep < maxSweeps; sweep++) {
      const before = budget;
      const worklist = new Worklist(site.graph.nodes(), this.#depth);
      for (let node = worklist.next(); node !== undefined; node = worklist.next()) {
        const replaced = this.#visit(node, site);
        if (replaced === undefined) continue;
        worklist.touch(replaced);
        if (--budget === 0) return this.#stop(site.graph);
      }
      if (budget === before) return;
    }
    this.#stop(site.graph);
  }
  #stop(graph: Graph): void {
    const busiest = [...this.#byRule].sort(([, a], [, b]) => b - a).slice(0, 3);
    this.#context.report({
      kind: "note",
      rule: busiest[0]?.[0] ?? "",
      node: graph.name,
      reason: `stopped without a fixpoint; the busiest rules: ${busiest.map(([name, n]) => `${name} ${n}`).join(", ")}`,
    });
  }
  /** Applies the first rule that fits the node; undefined when none does. */
  #visit(node: Node, site: Site): (Replaced & { readonly made: readonly Node[] }) | undefined {
    for (const rule of this.#byOp.get(`${node.domain}::${node.opType}`) ?? []) {
      this.#context.signal.throwIfAborted();
      const result = rule.match(node, site);
      if (result === undefined) continue;
      if ("refusal" in result) {
        this.#refused(rule, node, result.refusal);
        continue;
      }
      if (rule.minOpset > site.opset) {
        this.#wait(rule, node, site.opset);
        continue;
      }
      const builder = builderBefore(node, site);
      const replacement = attempt(() => rule.rewrite(result.match, builder), node);
      if (isRefusal(replacement)) {
        builder.undo();
        this.#refused(rule, node, replacement);
        continue;
      }
      const label = labelOf(node);
      const values = "graph" in replacement ? [replacement] : replacement;
      const unreplaced = node.outputs.find((output, i) => (output?.uses.size ?? 0) > 0 && values[i] === undefined);
      if (unreplaced !== undefined) {
        builder.undo();
        this.#refused(rule, node, { reason: `its output "${unreplaced.name}" is used too`, node });
        continue;
      }
      const replaced = replaceMatch(result.match, values, builder);
      this.#byRule.set(rule.name, (this.#byRule.get(rule.name) ?? 0) + 1);
      this.#context.report({ kind: "change", rule: rule.name, node: label, reason: `${rule.before} -> ${rule.after}` });
      return { ...replaced, made: builder.made };
    }
    return undefined;
  }
  #refused(rule: Rule, root: Node, refusal: Refusal): void {
    const node = labelOf(refusal.node);
    const key = JSON.stringify([rule.name, labelOf(root), node, refusal.reason]);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#context.report({ kind: "refusal", rule: rule.name, node, reason: refusal.reason });
  }
  #wait(rule: Rule, node: Node, opset: number): void {
    this.#refused(rule, node, { reason: `needs opset ${rule.minOpset}, the graph has ${opset}`, node });
    if (rule.minOpset > this.#context.target.maxOpset) return;
    this.#waiting.set(rule.name, (this.#waiting.get(rule.name) ?? 0) + 1);
    this.#wantedOpset = Math.max(this.#wantedOpset ?? 0, rule.minOpset);
  }
}

/** A declared type that contradicts the operators is no reason to stop: the place stays as it is. */
function attempt(rewrite: () => Replacement, root: Node): Replacement {
  try {
    return rewrite();
  } catch (error) {
    if (error instanceof InferOptError) return { reason: error.diagnostic.message, node: root };
    throw error;
  }
}

/** How reports call a node: by its name, else by its operator and first output. */
function labelOf(node: Node): string {
  return node.name === "" ? `${node.opType} ${node.outputs[0]?.name ?? ""}` : node.name;
}
