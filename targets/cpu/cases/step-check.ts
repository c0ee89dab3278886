import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { Template } from "../../../src/schedule/index.ts";
import { createFollowing } from "../reference/epilogue.ts";
import { numberOf } from "../reference/parameters.ts";
import type { Epilogue } from "../workload.ts";

/** Largest share of the results of a bounded kernel that may be a step off. */
const mostOff = 0.06;

/** Compares uint8 results of a kernel with the oracle's. */
export interface StepCheck {
  /** False for a result that cannot be right. `sum` is the oracle's requantized sum, before table and residual. */
  accepts(sum: number, residual: number, actual: number): boolean;
  /** What is wrong with all results together; undefined when nothing is. */
  verdict(): string | undefined;
}

/**
 * The check of a class of kernels. Results of exact ones are the oracle's; those of bounded ones follow from a requantized
 * sum that is at most one step off, and at most {@link mostOff} of them differ.
 */
export function createStepCheck(
  correctness: Template["correctness"],
  epilogue: Epilogue,
  parameters: KernelParameters,
): StepCheck {
  const following = createFollowing(epilogue, parameters);
  const [lo, hi] = [numberOf(parameters, "lo"), numberOf(parameters, "hi")];
  let [count, off] = [0, 0];
  return {
    accepts: (sum, residual, actual) => {
      count++;
      if (following(sum, residual) === actual) return true;
      off++;
      if (correctness === "exact") return false;
      const around = [Math.max(sum - 1, lo), Math.min(sum + 1, hi)];
      return around.some((other) => following(other, residual) === actual);
    },
    verdict: () =>
      off > mostOff * count ? `${off} of ${count} results are a step off, more than ${100 * mostOff} %` : undefined,
  };
}
