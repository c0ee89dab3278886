import type { Pass } from "../src/pipeline/pass.ts";

/** Whether callers may go on overriding inputs that have a default value. */
export interface FreezeInputsOptions {
  readonly overridable: "freeze" | "keep";
}

/** The first IR version in which an initializer need not be listed among the inputs (onnx/docs/Versioning.md). */
const firstWithoutListing = 4;

/**
 * Makes initializers that are listed among the inputs plain constants. Before IR version 4 the format asked for the
 * listing; later it makes each weight an optional input, which keeps runtimes and every other pass from folding it.
 */
export const freezeInputs: Pass<FreezeInputsOptions> = {
  name: "freeze-inputs",
  summary: "makes weights that are listed among the inputs plain constants, which callers cannot override",
  stage: "simplify",
  preserves: "bits",
  defaults: { overridable: "freeze" },
  run: (model, context) => {
    const isOld = model.irVersion < firstWithoutListing;
    if (!isOld && context.options.overridable === "keep") return { changes: 0 };
    const listed = model.graph.inputs.filter((input) => input.constant !== undefined);
    for (const input of listed) {
      model.graph.freezeInput(input);
      const reason = isOld ? "listed only as the format asked" : "callers could override its default value until now";
      context.report({ kind: "change", rule: "freeze-inputs", node: input.name, reason });
    }
    if (listed.length > 0) model.irVersion = Math.max(model.irVersion, firstWithoutListing);
    return { changes: listed.length };
  },
};
