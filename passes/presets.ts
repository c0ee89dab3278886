import type { Stage } from "../src/pipeline/pass.ts";

/** The optimization levels of the command line. */
export type Level = "O0" | "O1" | "O2" | "O3";

/** One pass of a preset, by name, with the reason for its place. */
export interface PresetLine {
  readonly pass: string;
  readonly why: string;
}

/** One stage of a preset: its passes are repeated in this order until none finds work. */
export interface PresetStage {
  readonly stage: Stage;
  readonly lines: readonly PresetLine[];
}

const line = (pass: string, why: string): PresetLine => ({ pass, why });

/** Same bits, and the interface as it was. */
const cleanUp: readonly PresetLine[] = [
  line("freeze-inputs", "weights listed as inputs are no constants to any other pass"),
  line("inline-functions", "bodies are seen by the other passes only in the graph itself"),
  line("infer-types", "shapes decide what is a no-op and what is constant"),
  line("fold-constants", "makes parameters and conditions visible as constants"),
  line("inline-if", "a branch taken always is part of the graph, and its shapes become known"),
  line("eliminate-identities", "what others left as no-op stands between patterns"),
  line("merge-reshapes", "needs folded targets; leaves one Reshape where chains were"),
  line("push-transposes", "after no-ops are gone, so that transposes meet"),
  line("merge-slices", "after folding, when starts, ends and axes are constants"),
  line("merge-concats", "after identities, so that nested Concats are neighbours"),
  line("share-constants", "before equal nodes are sought: they must read the same value"),
  line("share-subexpressions", "after everything is in its simplest form, equal nodes look equal"),
  line("remove-dead-code", "last, for what all others left behind"),
];

/** As clean-up, and what may round differently or change the sign of a zero. */
const simplify: readonly PresetLine[] = [
  ...cleanUp,
  line("evaluate-constants", "what fold-constants left because runtimes round it differently"),
  line("push-transposes-through-sums", "Softmax and means stand between transposes too"),
  line("eliminate-positive-zeros", "x + 0.0 is x but for the sign of a zero"),
];

/** Fusions, and after them what tidies up behind them. */
const fuse: readonly PresetLine[] = [
  line("recognize-operators", "formulas as exporters write them, before their constants are changed"),
  line("reduce-strength", "Div becomes Mul, which the next passes fold and merge"),
  line("fuse-pad", "before shifts are folded: they pass no Conv that pads, so the Pad must still be seen as one"),
  line("fuse-affine", "Conv and MatMul take up the BatchNormalization, Mul and Add around them"),
  line("fold-uniform-batchnorm", "the same where the weights are written as one number"),
  line("merge-constants", "what no weights could take up, as one constant"),
  line("fuse-gemm", "after fuse-affine, which needs the bare MatMul"),
  line("merge-clamps", "after fusions removed what stood between two activations"),
  line("eliminate-rectifiers", "after biases are in place, which decide the sign"),
  line("fold-constants", "infers types anew; what was fused may have made shapes known"),
  line("evaluate-constants", "fused weights may leave constant arithmetic"),
  line("eliminate-identities", "fusions leave no-ops where a factor was 1"),
  line("eliminate-positive-zeros", "and merged constants sums with 0"),
  line("merge-reshapes", "fusions to Gemm bring reshapes along"),
  line("push-transposes-through-sums", "fewer nodes stand between transposes now"),
  line("merge-slices", "the same holds for slices"),
  line("merge-concats", "and for concatenations"),
  line("share-constants", "fusions repeat biases and clip bounds"),
  line("share-subexpressions", "equal weights make equal nodes"),
  line("remove-dead-code", "last, for what the fused nodes replaced"),
];

/** What each level does. A stage reaches its fixpoint before the next begins. */
export const presets: Readonly<Record<Level, readonly PresetStage[]>> = {
  O0: [],
  O1: [{ stage: "simplify", lines: cleanUp }],
  O2: [
    { stage: "simplify", lines: simplify },
    { stage: "fuse", lines: fuse },
  ],
  O3: [
    { stage: "simplify", lines: simplify },
    { stage: "fuse", lines: fuse },
  ],
};
