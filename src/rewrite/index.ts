export type { OpOptions, Pattern, Verdict } from "./pattern.ts";
export { anyValue, commutative, constant, oneOf, op, optional } from "./pattern.ts";
export type { Match, MatchResult, Refusal } from "./match.ts";
export { matchPattern } from "./match.ts";
export type { Builder, NewNode, Replacement, Rule, RuleDefinition, Site } from "./rule.ts";
export { refuse, rule } from "./rule.ts";
export type { RewriteContext, RewriteResult } from "./apply-rules.ts";
export { applyRules } from "./apply-rules.ts";
