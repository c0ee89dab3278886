import { fail } from "../../src/diagnostics/index.ts";
import { pruneDiagnostics } from "../../src/diagnostics/codes/prune.ts";

/** Throws IO0601 for a share outside of [0, 1). */
export function checkSparsity(sparsity: number): void {
  if (!(sparsity >= 0 && sparsity < 1)) fail(pruneDiagnostics.badSparsity({ sparsity }));
}
