import { isDeepStrictEqual } from "node:util";
import type { Level } from "../../passes/presets.ts";
import { presets } from "../../passes/presets.ts";
import { completeOptions } from "../../src/index.ts";
import type { Model } from "../../src/ir/index.ts";
import { inferTypes, verifyOperators } from "../../src/ops/index.ts";
import { restoreSignature, runStage, signatureOf } from "../../src/pipeline/index.ts";
import { planStages } from "../../src/recipes/plan-stages.ts";
import { savedBytes } from "../../src/onnx/index.ts";
import { onnxruntime } from "../../targets/onnxruntime/index.ts";

const ordered = ["O1", "O2", "O3"] as const;

/** The levels worth running: one with the stages and passes of the level below gives the same result. */
export const levels: readonly Level[] = ordered.filter(
  (level, i) => !isDeepStrictEqual(presets[level], presets[ordered[i - 1] ?? "O0"]),
);

/** Rounds of a stage before it counts as endless, as in a compile. */
const MAX_ROUNDS = 16;

/** Simplifies and fuses a model in place, as `optimize` does but without rolling back. What went wrong; undefined when nothing did. */
export async function optimizeModel(model: Model, level: Level): Promise<string | undefined> {
  const problems: string[] = [];
  try {
    const signature = signatureOf(model);
    const plans = planStages(completeOptions({ level }), savedBytes(model));
    const refusals = [...verifyOperators(model), ...inferTypes(model).problems];
    const fatal = refusals.find(({ severity }) => severity === "error");
    if (fatal !== undefined) return `refused: ${fatal.message}`;
    for (const plan of plans) {
      const outcome = await runStage(model, plan, {
        target: onnxruntime.facts(undefined),
        executor: undefined,
        signal: new AbortController().signal,
        reporter: {
          handle: (event) => void (event.type === "diagnostic" && problems.push(event.diagnostic.message)),
        },
        disabled: new Set(),
        maxRounds: MAX_ROUNDS,
      });
      if (outcome.kind === "broken") return `${outcome.pass}: ${outcome.diagnostic.message}`;
    }
    restoreSignature(signature, model);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  return problems[0];
}
