import type { Pass } from "../../src/pipeline/pass.ts";
import { applyChannelPruning } from "./channels/apply-pruning.ts";
import type { ChannelPruningOptions, ChannelPruningPlan } from "./channels/plan.ts";
import { planChannelPruning } from "./channels/plan-pruning.ts";
import { checkSparsity } from "./check-sparsity.ts";

const name = "prune-l1-channel";
const rule = "l1-channel";

/** Metadata of a model that says which share of its channels is gone, so that the same request removes nothing more. */
const shareKey = "infer_opt.channel_sparsity";

/** The share that the metadata tells; 0 where it tells none that makes sense. */
function shareGone(text: string | undefined): number {
  const share = Number(text ?? 0);
  return share >= 0 && share < 1 ? share : 0;
}

/** The share to remove from what is left so that `wanted` of the original is gone. */
function remainingShare(wanted: number, gone: number): number {
  return wanted > gone ? 1 - (1 - wanted) / (1 - gone) : 0;
}

/** Totals of a plan in one line. */
function summaryOf({ before, after }: ChannelPruningPlan): string {
  const change = (from: number, to: number): string => `${from} to ${to} (${((to / from - 1) * 100).toFixed(1)} %)`;
  return `parameters ${change(before.parameters, after.parameters)}, MACs ${change(before.macs, after.macs)}`;
}

/**
 * Takes whole channels out, so that shapes shrink and everything runs faster without sparse kernels.
 *
 *   Conv[64] -> BatchNorm -> Relu -> Conv   =>   Conv[48] -> BatchNorm -> Relu -> Conv with 48 inputs
 *
 * What shares channels (residual sums, depthwise convolutions, squeeze-excite gates, Concat) loses the same ones; what
 * cannot be followed keeps its channels and is reported with the reason.
 */
export const pruneL1Channel: Pass<ChannelPruningOptions> = {
  name,
  summary: "Removes the channels with the least L1 norm, in dependency groups; shapes shrink",
  stage: "prune",
  preserves: "accuracy",
  defaults: { sparsity: 0.3, multiple: 8, minKept: 4 },
  run: (model, { options, report }) => {
    checkSparsity(options.sparsity);
    const gone = shareGone(model.metadata.get(shareKey));
    const sparsity = remainingShare(options.sparsity, gone);
    if (sparsity === 0 && gone > 0) {
      report({
        kind: "note",
        rule,
        node: model.graph.name,
        reason: `a share of ${gone} of the channels is gone already`,
      });
      return { changes: 0 };
    }
    const plan = planChannelPruning(model, { ...options, sparsity });
    for (const { node, reason, channels, members } of plan.locked)
      report({ kind: "refusal", rule, node, reason: `${reason}: ${channels} channels of ${members.join(", ")} stay` });
    const shrunk = plan.sets.filter(({ channels, kept }) => kept < channels);
    for (const { members, channels, kept } of shrunk)
      report({ kind: "change", rule, node: members.join(", "), reason: `${channels} to ${kept} channels` });
    if (shrunk.length === 0) return { changes: 0 };
    applyChannelPruning(model, plan, "shrink");
    model.metadata.set(shareKey, String(options.sparsity));
    report({ kind: "note", rule, node: model.graph.name, reason: summaryOf(plan) });
    return { changes: shrunk.length };
  },
};
