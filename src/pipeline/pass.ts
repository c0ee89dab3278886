import type { Model } from "../ir/index.ts";
import type { Executor } from "./executor.ts";
import type { TargetFacts } from "./target-facts.ts";

/** The stages of the pipeline, in their order. */
export type Stage = "simplify" | "fuse" | "prune" | "quantize" | "finish";

/** What a pass promises about the numbers: the same bits, the same within rounding, or a change measured by accuracy. */
export type Preserves = "bits" | "tolerance" | "accuracy";

/** What a pass tells about its work: a change made, or a near miss with its reason. */
export interface PassNote {
  readonly kind: "change" | "refusal" | "note";
  /** Name of the rule inside the pass. */
  readonly rule: string;
  /** Name of the node looked at. */
  readonly node: string;
  /** Why it was refused, or what was done. */
  readonly reason: string;
}

/** What a pass works with besides the model. */
export interface PassContext<O> {
  readonly options: O;
  readonly target: TargetFacts;
  /** Runs models on sample data; passes do not know whether ONNX Runtime or the interpreter answers. */
  readonly executor: Executor | undefined;
  readonly signal: AbortSignal;
  /** Rules switched off, as `pass/rule`: by the user, or by the runner after a mismatch. */
  readonly disabledRules: ReadonlySet<string>;
  report(note: PassNote): void;
}

/** What a pass did: the number of changes and, where it is made of rules, how many each made. */
export interface PassResult {
  readonly changes: number;
  readonly byRule?: ReadonlyMap<string, number>;
  /** Opset, at most the target's, that would let matches found now be rewritten too; undefined when none waits. */
  readonly wantedOpset?: number | undefined;
}

/** What a rule of a pass replaces, for `infer-opt passes NAME` and the docs. */
export interface RuleDescription {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly preserves: Preserves;
  /** Opset that the operators of `after` need. */
  readonly minOpset: number;
}

/** A pass is one file that exports one object of this type. It changes the model in place. */
export interface Pass<O = unknown> {
  readonly name: string;
  /** One line, for `infer-opt passes` and the docs. */
  readonly summary: string;
  readonly stage: Stage;
  readonly preserves: Preserves;
  /** Names of the rules inside, for `--skip-passes pass/rule` and for bisecting. */
  readonly rules?: readonly string[];
  /** What each rule replaces, for passes made of declarative rules. */
  readonly ruleDescriptions?: readonly RuleDescription[];
  /** Complete options when the user gives none. */
  readonly defaults: O;
  run(model: Model, context: PassContext<O>): PassResult | Promise<PassResult>;
}
