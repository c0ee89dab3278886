import type { CpuFeature, Kernel, Pack } from "../codegen/index.ts";
import type { DType } from "../ir/index.ts";

/** One input of a region. Activations have a leading batch dimension; the program computes one sample. */
export type ProgramInput =
  | { readonly kind: "activation"; readonly name: string; readonly dtype: DType; readonly bytes: number }
  | { readonly kind: "constant"; readonly name: string; readonly dtype: DType; readonly bytes: number };

/** One output of a region: bytes of one sample, and its dimensions with the leading one that of one sample. */
export interface ProgramOutput {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly bytes: number;
}

/** Where an argument of a step points to. `weights` holds packed constants; `arena` is private to a run. */
export type Place =
  | { readonly space: "input"; readonly index: number; readonly offset: number }
  | { readonly space: "output"; readonly index: number; readonly offset: number }
  | { readonly space: "arena"; readonly offset: number }
  | { readonly space: "weights"; readonly offset: number };

/** One packed constant: what fills a range of the weights space; roles are bound to constant inputs. */
export interface BoundPack {
  readonly pack: Pack;
  /** Byte offset in the weights space that the pack's target offsets count from. */
  readonly base: number;
  /** Index among the program's inputs for each role the pack names. */
  readonly sources: Readonly<Record<string, number>>;
}

/** One call of a kernel. */
export interface ProgramStep {
  /** Index among the program's kernels. */
  readonly kernel: number;
  /** One place an argument of the kernel, in its order. */
  readonly places: readonly Place[];
  /** For listings and profiles. */
  readonly name: string;
}

/**
 * What a region's `program` input holds, before encoding: kernels, a static memory plan, and how constants are packed.
 * The layout of the bytes is in docs/program-format.md.
 */
export interface Program {
  readonly features: readonly CpuFeature[];
  readonly inputs: readonly ProgramInput[];
  readonly outputs: readonly ProgramOutput[];
  readonly packs: readonly BoundPack[];
  readonly kernels: readonly Kernel[];
  readonly steps: readonly ProgramStep[];
  readonly weightsBytes: number;
  readonly arenaBytes: number;
  /** What it was made from, as text for tools that look at programs; not read to run it. */
  readonly origin?: string;
}
