import { define } from "../diagnostic.ts";

/** Diagnostics of pruning (06xx). */
export const pruneDiagnostics = {
  badSparsity: define<{ sparsity: number }>({
    code: "IO0601",
    message: ({ sparsity }) => `the sparsity is ${sparsity}, not a share from 0 up to, but not, 1`,
    hint: () => "give the share to remove, such as 0.3 for 30 %",
    explanation:
      "Pruning removes a share of each layer's weights or channels. A share of 1 would remove whole layers, a negative one has no meaning.",
  }),
};
