import type { Graph, Node, Tensor, Value } from "../ir/index.ts";
import type { AnyShapedPattern, OpPattern, Pattern } from "./pattern.ts";
import { leastOps } from "./pattern.ts";

/** Where a pattern matched, and what its names stand for. */
export interface Match<Names extends string = string> {
  readonly graph: Graph;
  /** The node that computes the matched value. */
  readonly root: Node;
  /** Root and inner operators. */
  readonly nodes: ReadonlySet<Node>;
  has(name: Names): boolean;
  /** The value bound to the name (of an operator: its output); throws when the name is not bound in this match. */
  value(name: Names): Value;
  /** The value, or undefined where an optional input is absent or another alternative matched. */
  maybe(name: Names): Value | undefined;
  /** The operator bound to the name. */
  node(name: Names): Node;
  /** The content of the constant bound to the name. */
  tensor(name: Names): Tensor;
}

/** Why a rule that looked promising did not apply. */
export interface Refusal {
  readonly reason: string;
  readonly node: Node;
}

/** A match, a near miss with its reason, or neither. */
export type MatchResult<Names extends string = string> =
  { readonly match: Match<Names> } | { readonly refusal: Refusal } | undefined;

/**
 * Matches the pattern with `root` as its last operator. All alternatives and operand orders are tried until `accept`
 * takes one. It is a near miss when every operator of some way through the pattern was found and then a predicate, an
 * escaping inner value or `accept` refused; the refusal of the way that got farthest is told.
 */
export function matchPattern<Names extends string>(
  pattern: Pattern<Names>,
  root: Node,
  accept: (match: Match<Names>) => Refusal | undefined = () => undefined,
): MatchResult<Names> {
  if (!mayMatch(pattern, root)) return undefined;
  const search = new Search(root, accept as (match: Match) => Refusal | undefined);
  const found = search.run(pattern);
  if (found !== undefined) return { match: found as Match<Names> };
  const { refusal } = search;
  return refusal === undefined || search.progress < leastOps(pattern) ? undefined : { refusal };
}

/** False when an operator that the pattern needs right above its root is not there: the cheap answer to most questions. */
function mayMatch(pattern: AnyShapedPattern, root: Node): boolean {
  if (pattern.kind === "alternatives") return pattern.patterns.some((inner) => mayMatch(inner, root));
  if (pattern.kind !== "op") return true;
  return pattern.inputs.every((inner, index) => {
    if (inner.kind !== "op") return true;
    if (!pattern.isCommutative) return isMadeBy(root.input(index), inner);
    return isMadeBy(root.input(0), inner) || isMadeBy(root.input(1), inner);
  });
}

function isMadeBy(value: Value | undefined, { domain, opTypes }: OpPattern): boolean {
  const producer = value?.producer;
  return producer !== undefined && producer.domain === domain && opTypes.includes(producer.opType);
}

type Next = () => boolean;

/** Backtracking search in continuation-passing style: `next` matches what remains of the pattern. */
class Search {
  readonly #root: Node;
  readonly #accept: (match: Match) => Refusal | undefined;
  readonly #values = new Map<string, Value>();
  readonly #producers = new Map<string, Node>();
  /** Matched operators in the order found; an operator that two places share stands here twice. */
  readonly #nodes: Node[] = [];
  /** Operators whose value may be read outside. */
  readonly #escaping: Node[] = [];
  #result: Match | undefined;
  /** Operators found on the way that was refused. */
  progress = 0;
  refusal: Refusal | undefined;

  constructor(root: Node, accept: (match: Match) => Refusal | undefined) {
    this.#root = root;
    this.#accept = accept;
  }
  run(pattern: AnyShapedPattern): Match | undefined {
    if (pattern.kind === "alternatives") {
      for (const inner of pattern.patterns) {
        const found = this.run(inner);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    if (pattern.kind !== "op") throw new Error("the root of a pattern must be an operator");
    this.#node(pattern, this.#root, this.#root.outputs[pattern.output], () => this.#finish());
    return this.#result;
  }
  /** Remembers the refusal of the way that found most operators. */
  #refuse(reason: string, node: Node): false {
    if (this.#nodes.length > this.progress) {
      this.progress = this.#nodes.length;
      this.refusal = { reason, node };
    }
    return false;
  }
  #value(pattern: AnyShapedPattern, value: Value | undefined, next: Next): boolean {
    if (pattern.kind === "optional") return value === undefined ? next() : this.#value(pattern.pattern, value, next);
    if (value === undefined) return false;
    switch (pattern.kind) {
      case "any":
        return this.#bind(pattern.name, value, next);
      case "constant": {
        const tensor = value.isConstant ? value.constant : undefined;
        if (tensor === undefined) return false;
        const verdict = pattern.accepts?.(tensor, value) ?? true;
        if (typeof verdict === "string") return this.#refuse(verdict, this.#root);
        return verdict && this.#bind(pattern.name, value, next);
      }
      case "alternatives":
        return pattern.patterns.some((inner) => this.#value(inner, value, next));
      case "op":
        // An operator outside of this graph (captured by a subgraph) may run less often than its reader: never fused.
        if (value.producer === undefined || value.producer.graph !== this.#root.graph) return false;
        return this.#node(pattern, value.producer, value, next);
    }
  }
  #bind(name: string | undefined, value: Value, next: Next): boolean {
    if (name === undefined) return next();
    const known = this.#values.get(name);
    if (known !== undefined) return known === value && next();
    this.#values.set(name, value);
    if (next()) return true;
    this.#values.delete(name);
    return false;
  }
  #node(pattern: OpPattern, node: Node, value: Value | undefined, next: Next): boolean {
    if (node.domain !== pattern.domain || !pattern.opTypes.includes(node.opType)) return false;
    if (value === undefined || node.outputs[pattern.output] !== value) return false;
    if (!pattern.moreInputs && node.inputs.length > pattern.inputs.length) {
      for (let i = pattern.inputs.length; i < node.inputs.length; i++) if (node.input(i) !== undefined) return false;
    }
    this.#nodes.push(node);
    if (pattern.mayEscape) this.#escaping.push(node);
    const matched =
      this.#acceptsNode(pattern, node) &&
      this.#bindNode(pattern.name, node, value, () => {
        const forward = this.#inputs(pattern.inputs, node.inputs, 0, next);
        return (
          forward || (pattern.isCommutative && this.#inputs(pattern.inputs, [node.input(1), node.input(0)], 0, next))
        );
      });
    if (!matched) {
      this.#nodes.pop();
      if (pattern.mayEscape) this.#escaping.pop();
    }
    return matched;
  }
  #acceptsNode(pattern: OpPattern, node: Node): boolean {
    for (const attribute of node.attributes.values())
      if (attribute.kind === "reference") return this.#refuse("an attribute is a parameter of the function", node);
    const verdict = pattern.accepts?.(node) ?? true;
    return typeof verdict === "string" ? this.#refuse(verdict, node) : verdict;
  }
  #bindNode(name: string | undefined, node: Node, value: Value, next: Next): boolean {
    if (name === undefined) return next();
    const isNew = !this.#producers.has(name);
    this.#producers.set(name, node);
    if (this.#bind(name, value, next)) return true;
    if (isNew) this.#producers.delete(name);
    return false;
  }
  #inputs(
    patterns: readonly AnyShapedPattern[],
    values: readonly (Value | undefined)[],
    index: number,
    next: Next,
  ): boolean {
    const pattern = patterns[index];
    if (pattern === undefined) return next();
    return this.#value(pattern, values[index], () => this.#inputs(patterns, values, index + 1, next));
  }
  #finish(): boolean {
    const nodes = new Set(this.#nodes);
    const escaping = this.#escapingNode(nodes);
    if (escaping !== undefined)
      return this.#refuse(`the value of ${escaping.opType} "${escaping.name}" is also used elsewhere`, escaping);
    const match = makeMatch(this.#root, nodes, new Map(this.#values), new Map(this.#producers));
    const refusal = this.#accept(match);
    if (refusal !== undefined) return this.#refuse(refusal.reason, refusal.node);
    this.#result = match;
    return true;
  }
  /** An inner operator whose outputs are read outside of the match. */
  #escapingNode(nodes: ReadonlySet<Node>): Node | undefined {
    for (const node of nodes) {
      if (node === this.#root || this.#escaping.includes(node)) continue;
      for (const output of node.outputs)
        for (const use of output?.uses ?? []) if (use.kind === "output" || !nodes.has(use.node)) return node;
    }
    return undefined;
  }
}

function makeMatch(
  root: Node,
  nodes: ReadonlySet<Node>,
  values: ReadonlyMap<string, Value>,
  producers: ReadonlyMap<string, Node>,
): Match {
  const value = (name: string): Value => {
    const found = values.get(name);
    if (found === undefined) throw new Error(`the match binds no value "${name}"`);
    return found;
  };
  return {
    graph: root.graph,
    root,
    nodes,
    has: (name) => values.has(name),
    value,
    maybe: (name) => values.get(name),
    node: (name) => {
      const found = producers.get(name);
      if (found === undefined) throw new Error(`the match binds no operator "${name}"`);
      return found;
    },
    tensor: (name) => {
      const tensor = value(name).constant;
      if (tensor === undefined) throw new Error(`"${name}" is bound to no constant`);
      return tensor;
    },
  };
}
