import { expect } from "vitest";
import type { ChannelPruningOptions, ChannelPruningPlan } from "../../../passes/prune/index.ts";
import { applyChannelPruning, planChannelPruning } from "../../../passes/prune/index.ts";
import type { Model } from "../../../src/ir/index.ts";
import { cloneModel, hashModel, verifyStructure } from "../../../src/ir/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";

const options: ChannelPruningOptions = { sparsity: 0.4, multiple: 8, minKept: 1 };

/** A plan with the model masked and shrunk by it; checks that planning and masking leave shapes and input alone. */
export function bothWays(
  model: Model,
  wanted: ChannelPruningOptions = options,
): { readonly plan: ChannelPruningPlan; readonly masked: Model; readonly shrunk: Model } {
  const hash = hashModel(model, { names: true });
  const plan = planChannelPruning(model, wanted);
  expect(hashModel(model, { names: true }), "planning changes nothing").toBe(hash);
  const masked = cloneModel(model);
  applyChannelPruning(masked, plan, "mask");
  const shrunk = cloneModel(model);
  applyChannelPruning(shrunk, plan, "shrink");
  for (const result of [masked, shrunk]) {
    expect(verifyStructure(result)).toEqual([]);
    expect(inferTypes(cloneModel(result), { strict: true }).problems).toEqual([]);
  }
  return { plan, masked, shrunk };
}

/** The sets that lose channels, by the first of their members, as `from>to`. */
export function shrunkSets(plan: ChannelPruningPlan): Record<string, string> {
  return Object.fromEntries(
    plan.sets
      .filter(({ channels, kept }) => kept < channels)
      .map(({ members, channels, kept }) => [members.join("+"), `${channels}>${kept}`]),
  );
}
