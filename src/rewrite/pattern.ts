import type { Node, Tensor, Value } from "../ir/index.ts";

/**
 * What a predicate answers: true to go on, false when this is something else, or a reason when it is what was meant but
 * unfit; reasons become refusals.
 */
export type Verdict = boolean | string;

/** Any value; with a name it is bound, and every place with that name must be the same value. */
export interface AnyPattern {
  readonly kind: "any";
  readonly name: string | undefined;
}

/** A constant that no caller can override. */
export interface ConstantPattern {
  readonly kind: "constant";
  readonly name: string | undefined;
  readonly accepts: ((tensor: Tensor, value: Value) => Verdict) | undefined;
}

/** An output of an operator. */
export interface OpPattern {
  readonly kind: "op";
  readonly name: string | undefined;
  readonly domain: string;
  readonly opTypes: readonly string[];
  readonly inputs: readonly AnyShapedPattern[];
  readonly isCommutative: boolean;
  /** True when more inputs than written may be wired. */
  readonly moreInputs: boolean;
  /** True when the value may be read outside of the match; the node then stays where it is. */
  readonly mayEscape: boolean;
  /** Which output of the node the value is. */
  readonly output: number;
  readonly accepts: ((node: Node) => Verdict) | undefined;
}

/** The first of several patterns that lets the whole match succeed. */
export interface AlternativePattern {
  readonly kind: "alternatives";
  readonly patterns: readonly AnyShapedPattern[];
}

/** An input that may be absent. */
export interface OptionalPattern {
  readonly kind: "optional";
  readonly pattern: AnyShapedPattern;
}

/** A pattern without the names it binds. */
export type AnyShapedPattern = AnyPattern | ConstantPattern | OpPattern | AlternativePattern | OptionalPattern;

/** A pattern that binds the given names; they are checked where a match is read. */
export type Pattern<Names extends string = string> = AnyShapedPattern & { readonly bound?: Names };

type NamesOf<P> = P extends { readonly bound?: infer N } ? Extract<N, string> : never;

/** What else an operator must fulfil. */
export interface OpOptions<Name extends string> {
  /** Binds the node and its output. */
  readonly name?: Name;
  /** The default domain unless told. */
  readonly domain?: string;
  /** Lets the value be read outside of the match. */
  readonly mayEscape?: boolean;
  /** Lets further inputs be wired. */
  readonly moreInputs?: boolean;
  /** Which output is meant; the first unless told. */
  readonly output?: number;
  readonly where?: (node: Node) => Verdict;
}

/** Any value. */
export function anyValue<const Name extends string = never>(name?: Name): Pattern<NoInfer<Name>> {
  return { kind: "any", name };
}

/** A constant for which the predicate holds. */
export function constant<const Name extends string = never>(
  name?: Name,
  accepts?: (tensor: Tensor, value: Value) => Verdict,
): Pattern<NoInfer<Name>> {
  return { kind: "constant", name, accepts };
}

/** An operator (or one of several) with the given inputs; absent trailing inputs are written as `optional`. */
export function op<const Inputs extends readonly Pattern[], const Name extends string = never>(
  opType: string | readonly string[],
  inputs: Inputs,
  options: OpOptions<Name> = {},
): Pattern<NamesOf<Inputs[number]> | NoInfer<Name>> {
  return makeOp(opType, inputs, options, false);
}

/** An operator with two inputs that may stand in either order. */
export function commutative<A extends Pattern, B extends Pattern, const Name extends string = never>(
  opType: string | readonly string[],
  a: A,
  b: B,
  options: OpOptions<Name> = {},
): Pattern<NamesOf<A> | NamesOf<B> | NoInfer<Name>> {
  return makeOp(opType, [a, b], options, true);
}

function makeOp(
  opType: string | readonly string[],
  inputs: readonly Pattern[],
  options: OpOptions<string>,
  isCommutative: boolean,
): OpPattern {
  return {
    kind: "op",
    name: options.name,
    domain: options.domain ?? "",
    opTypes: typeof opType === "string" ? [opType] : opType,
    inputs,
    isCommutative,
    moreInputs: options.moreInputs ?? false,
    mayEscape: options.mayEscape ?? false,
    output: options.output ?? 0,
    accepts: options.where,
  };
}

/** One of several patterns, tried in order. */
export function oneOf<const P extends readonly Pattern[]>(...patterns: P): Pattern<NamesOf<P[number]>> {
  if (patterns.length === 0) throw new Error("oneOf needs at least one pattern");
  return { kind: "alternatives", patterns };
}

/** An input that may be absent. */
export function optional<P extends Pattern>(pattern: P): Pattern<NamesOf<P>> {
  return { kind: "optional", pattern };
}

/** The operators a match of the pattern can end with, as `domain::name`; throws when it can end with any value. */
export function rootOps(pattern: Pattern): readonly string[] {
  if (pattern.kind === "op") return pattern.opTypes.map((opType) => `${pattern.domain}::${opType}`);
  if (pattern.kind === "alternatives") return [...new Set(pattern.patterns.flatMap(rootOps))];
  throw new Error("the root of a pattern must be an operator");
}

/** The longest chain of operators in the pattern. */
export function depthOf(pattern: Pattern): number {
  switch (pattern.kind) {
    case "op":
      return 1 + Math.max(0, ...pattern.inputs.map(depthOf));
    case "alternatives":
      return Math.max(...pattern.patterns.map(depthOf));
    case "optional":
      return depthOf(pattern.pattern);
    default:
      return 0;
  }
}

/** The least number of operators in a match. */
export function leastOps(pattern: Pattern): number {
  switch (pattern.kind) {
    case "op":
      return pattern.inputs.reduce((sum, input) => sum + leastOps(input), 1);
    case "alternatives":
      return Math.min(...pattern.patterns.map(leastOps));
    default:
      return 0;
  }
}
