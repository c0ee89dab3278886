import type { Graph, Model, Node, Value } from "../ir/index.ts";
import { InferOptError } from "../diagnostics/index.ts";
import { effectiveOpset } from "../ops/index.ts";
import { builderBefore } from "./builder.ts";
import type { Match, Refusal } from "./match.ts";
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

const noRules: readonly Rule[] = [];

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

/** What a rewrite touched, with the nodes it made. */
interface Change extends Replaced {
  readonly made: readonly Node[];
}

class Rewriter {
  readonly #context: RewriteContext;
  /** Rules by operator and, within it, by domain. */
  readonly #byOp = new Map<string, Map<string, Rule[]>>();
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
        const [domain = "", opType = ""] = root.split("::");
        const byDomain = this.#byOp.get(opType) ?? new Map<string, Rule[]>();
        this.#byOp.set(opType, byDomain.set(domain, [...(byDomain.get(domain) ?? []), rule]));
      }
  }
  #rulesFor(node: Node): readonly Rule[] {
    return this.#byOp.get(node.opType)?.get(node.domain) ?? noRules;
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
      const worklist = new Worklist(site.graph.nodes(), (node) => this.#rulesFor(node).length > 0, this.#depth);
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
  #visit(node: Node, site: Site): Change | undefined {
    this.#context.signal.throwIfAborted();
    for (const rule of this.#rulesFor(node)) {
      const result = rule.match(node, site);
      if (result === undefined) continue;
      const change = "match" in result ? this.#rewrite(rule, result.match, site) : result.refusal;
      if (!("reason" in change)) return change;
      this.#refused(rule, node, change);
    }
    return undefined;
  }
  /** Rewrites a match or, where the rule refuses after all, leaves the graph as it was. */
  #rewrite(rule: Rule, match: Match, site: Site): Change | Refusal {
    const { root } = match;
    if (rule.minOpset > site.opset) return this.#wait(rule, root, site.opset);
    const builder = builderBefore(root, site);
    const replacement = attempt(() => rule.rewrite(match, builder), root);
    const values = isRefusal(replacement) ? [] : "graph" in replacement ? [replacement] : replacement;
    const refusal = isRefusal(replacement) ? replacement : unreplacedOutput(root, values);
    if (refusal !== undefined) {
      builder.undo();
      return refusal;
    }
    const node = labelOf(root);
    const replaced = replaceMatch(match, values, builder);
    this.#byRule.set(rule.name, (this.#byRule.get(rule.name) ?? 0) + 1);
    this.#context.report({ kind: "change", rule: rule.name, node, reason: `${rule.before} -> ${rule.after}` });
    return { ...replaced, made: builder.made };
  }
  #refused(rule: Rule, root: Node, refusal: Refusal): void {
    const node = labelOf(refusal.node);
    const key = JSON.stringify([rule.name, labelOf(root), node, refusal.reason]);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#context.report({ kind: "refusal", rule: rule.name, node, reason: refusal.reason });
  }
  /** Counts a match whose operator is too new for the graph, and says so. */
  #wait(rule: Rule, node: Node, opset: number): Refusal {
    if (rule.minOpset <= this.#context.target.maxOpset) {
      this.#waiting.set(rule.name, (this.#waiting.get(rule.name) ?? 0) + 1);
      this.#wantedOpset = Math.max(this.#wantedOpset ?? 0, rule.minOpset);
    }
    return { reason: `needs opset ${rule.minOpset}, the graph has ${opset}`, node };
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

/** A rule must give a value for each output of the root that is read. */
function unreplacedOutput(root: Node, values: readonly (Value | undefined)[]): Refusal | undefined {
  const output = root.outputs.find((old, i) => (old?.uses.size ?? 0) > 0 && values[i] === undefined);
  return output === undefined ? undefined : { reason: `its output "${output.name}" is used too`, node: root };
}

/** How reports call a node: by its name, else by its operator and first output. */
function labelOf(node: Node): string {
  return node.name === "" ? `${node.opType} ${node.outputs[0]?.name ?? ""}` : node.name;
}
