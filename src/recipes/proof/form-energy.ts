import { activationMemory, estimateEnergy, graphCost, usualCacheBytes } from "../../cost/index.ts";
import type { EnergyFigure } from "../../events.ts";
import { cloneModel } from "../../ir/index.ts";
import { inferTypes } from "../../ops/index.ts";
import { inlineRegions } from "../../region/index.ts";
import type { ProofForm } from "../../schedule/index.ts";
import type { Form } from "../form.ts";

/**
 * Energy of one inference of each form: measured where every timed form was, at the thread count that takes most, so that
 * no counter is set against an estimate; else estimated from products and bytes.
 */
export function energyOfForms(forms: readonly Form[], proofs: readonly ProofForm[]): ReadonlyMap<string, EnergyFigure> {
  const isMeasured = proofs.length > 0 && proofs.every(({ energyUj }) => energyUj !== undefined);
  if (!isMeasured) return new Map(forms.map((form) => [form.name, estimate(form)]));
  const timed = new Map<string, EnergyFigure>();
  for (const { form, energyUj = 0 } of proofs)
    timed.set(form, { uj: Math.max(energyUj, timed.get(form)?.uj ?? 0), source: "measured" });
  return timed;
}

/** What the plain operators of a form take: regions compute the same. */
function estimate({ model }: Form): EnergyFigure {
  const plain = cloneModel(model);
  inlineRegions(plain);
  inferTypes(plain, { onConflict: "replace" });
  const { layers } = graphCost(plain.graph);
  const { peakBytes } = activationMemory(plain.graph);
  return { uj: estimateEnergy(layers, peakBytes, usualCacheBytes).total, source: "estimate" };
}
