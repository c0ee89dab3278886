import type { Model } from "../../ir/index.ts";
import { calledLevels } from "../../region/index.ts";
import { nativeLibraryPath, whyNativeMissing } from "../../runtime/index.ts";

/** True for a model with compiled regions. */
export function hasRegions(model: Model): boolean {
  return [...model.graph.allNodes()].some((node) => calledLevels(model, node).length > 0);
}

/** Whether sessions of these models go through the host library: where it is there, and a model has regions for it. */
export function runsNatively(models: readonly Model[]): boolean {
  return models.some(hasRegions) && whyNativeMissing(nativeLibraryPath()) === undefined;
}
