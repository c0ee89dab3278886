import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Model, RuntimeValue, Value } from "../../src/ir/index.ts";
import { evaluateDim, filledTensor, numbersOf, randomTensor, tensorFromNumbers } from "../../src/ir/index.ts";
import type { PassContext, PassNote } from "../../src/pipeline/pass.ts";
import type { TargetFacts } from "../../src/pipeline/target-facts.ts";

/** case.json of a fixture; every field is optional. */
export interface CaseSettings {
  /** Why the case exists. */
  readonly why?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly target?: Partial<TargetFacts>;
  readonly disabledRules?: readonly string[];
  /** Whether types are inferred before the pass; true unless told. */
  readonly infer?: boolean;
  /** Sizes of symbolic dimensions of the random inputs; 2 where not given. */
  readonly dims?: Readonly<Record<string, number>>;
  /** Range of random float inputs: -1 to 1 unless told. */
  readonly range?: readonly [number, number];
  /** Inputs whose every element is this number, by name. */
  readonly feeds?: Readonly<Record<string, number>>;
  /** False where the interpreter cannot run the model. */
  readonly evaluate?: boolean;
  /** The refusals expected, as `rule at node: reason`; not looked at when absent. */
  readonly refusals?: readonly string[];
}

/** The settings and the input of a fixture folder. */
export function readCase(folder: string): { readonly settings: CaseSettings; readonly text: string } {
  const read = (name: string): string | undefined => {
    try {
      return readFileSync(join(folder, name), "utf8");
    } catch {
      return undefined;
    }
  };
  const text = read("input.txt");
  if (text === undefined) throw new Error(`${folder} has no input.txt`);
  return { settings: JSON.parse(read("case.json") ?? "{}") as CaseSettings, text };
}

/** A context for a pass under test; what it reports lands in `notes`. */
export function contextFor<O>(defaults: O, settings: CaseSettings, notes: PassNote[]): PassContext<O> {
  return {
    options: typeof defaults === "object" && defaults !== null ? ({ ...defaults, ...settings.options } as O) : defaults,
    target: {
      id: "onnxruntime",
      maxOpset: 22,
      qdqDialect: "x86",
      hasVnni: true,
      channelMultiple: 16,
      functions: "keep",
      ...settings.target,
    },
    executor: undefined,
    signal: new AbortController().signal,
    disabledRules: new Set(settings.disabledRules),
    report: (note) => notes.push(note),
  };
}

/** Random values for the inputs that a caller must give. */
export function randomFeeds(model: Model, settings: CaseSettings, seed: number): Map<string, RuntimeValue> {
  const feeds = new Map<string, RuntimeValue>();
  model.graph.inputs.forEach((input, i) => {
    if (input.constant === undefined) feeds.set(input.name, randomValue(input, settings, seed * 100 + i));
  });
  return feeds;
}

function randomValue(input: Value, settings: CaseSettings, seed: number): RuntimeValue {
  const { type } = input;
  if (type?.kind !== "tensor") throw new Error(`the input "${input.name}" is no tensor: set evaluate to false`);
  const bindings = new Map(Object.entries(settings.dims ?? {}));
  const shape = (type.shape ?? []).map((dim) => evaluateDim(dim, bindings) ?? 2);
  const fixed = settings.feeds?.[input.name];
  if (fixed !== undefined) return filledTensor(type.dtype, shape, fixed);
  const tensor = randomTensor(type.dtype, shape, seed);
  if (settings.range === undefined) return tensor;
  const [low, high] = settings.range;
  return tensorFromNumbers(
    type.dtype,
    shape,
    Array.from(numbersOf(tensor), (value) => low + ((value + 1) / 2) * (high - low)),
  );
}
