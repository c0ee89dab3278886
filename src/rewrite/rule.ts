import type { Attribute, Graph, Model, Node, Tensor, Value, ValueType } from "../ir/index.ts";
import type { Match, MatchResult, Refusal } from "./match.ts";
import { matchPattern } from "./match.ts";
import type { Pattern } from "./pattern.ts";
import { depthOf, rootOps } from "./pattern.ts";

/** Where a rule is at work. */
export interface Site {
  readonly model: Model;
  readonly graph: Graph;
  /** Version of the default operator set in force in this graph. */
  readonly opset: number;
}

/** What a new node may be told besides operator and inputs. */
export interface NewNode {
  readonly domain?: string;
  /** Made from the name of the replaced node when absent. */
  readonly name?: string;
  /** Number of outputs, or their types; one whose type is inferred when absent. */
  readonly outputs?: number | readonly (ValueType | undefined)[];
}

/** Makes the new nodes of a rewrite, right before the root of the match, with inferred types. */
export interface Builder extends Site {
  node(
    opType: string,
    inputs: readonly (Value | undefined)[],
    attributes?: Readonly<Record<string, Attribute>> | ReadonlyMap<string, Attribute>,
    options?: NewNode,
  ): Node;
  /** Like `node`; returns its first output. */
  op(
    opType: string,
    inputs: readonly (Value | undefined)[],
    attributes?: Readonly<Record<string, Attribute>> | ReadonlyMap<string, Attribute>,
    options?: NewNode,
  ): Value;
  /** A new constant, named after `hint`. */
  constant(hint: string, tensor: Tensor): Value;
}

/** One value for each output of the root (a single one for the usual root), or a refusal: then nothing is changed. */
export type Replacement = Value | readonly (Value | undefined)[] | Refusal;

/** A rule as its file writes it; `Names` are those that the pattern binds. */
export interface RuleDefinition<Names extends string> {
  readonly name: string;
  /** What is replaced, in one line: `BatchNormalization(Conv(x, W, b), …)`. */
  readonly before: string;
  /** What replaces it. */
  readonly after: string;
  readonly preserves: "bits" | "tolerance";
  /** Opset that the operators of `after` need, where the graph may have an older one. */
  readonly minOpset?: number;
  readonly pattern: Pattern<Names>;
  /** Looks at what the pattern cannot say; a refusal carries the reason. */
  check?(match: Match<Names>, site: Site): Refusal | undefined;
  rewrite(match: Match<Names>, build: Builder): Replacement;
}

/** One rewrite `before → after`; made by `rule`. */
export interface Rule {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly preserves: "bits" | "tolerance";
  readonly minOpset: number;
  /** Operators at which a match ends, as `domain::name`. */
  readonly roots: readonly string[];
  /** Operators between the root and the farthest inner operator, the root included. */
  readonly depth: number;
  /** Looks for the pattern with this node as its root, `check` included. */
  match(root: Node, site: Site): MatchResult;
  rewrite(match: Match, build: Builder): Replacement;
}

/** Makes a rule from its definition. */
export function rule<const Names extends string>(definition: RuleDefinition<Names>): Rule {
  const { name, before, after, preserves, pattern } = definition;
  return {
    name,
    before,
    after,
    preserves,
    minOpset: definition.minOpset ?? 1,
    roots: rootOps(pattern),
    depth: depthOf(pattern),
    match: (root, site) => matchPattern(pattern, root, (match) => definition.check?.(match, site)),
    rewrite: (match, build) => definition.rewrite(match, build),
  };
}

/** A refusal with its reason, at the node that is to blame. */
export function refuse(reason: string, node: Node): Refusal {
  return { reason, node };
}

/** True for a refusal among replacements. */
export function isRefusal(replacement: Replacement): replacement is Refusal {
  return "reason" in replacement;
}
