import type { Model } from "../../../src/ir/index.ts";
import type { TargetFacts } from "../../../src/pipeline/target-facts.ts";
import { passNamed } from "../../../passes/index.ts";
import type { PresetStage } from "../../../passes/presets.ts";
import { runStage } from "../../../src/pipeline/index.ts";

const target: TargetFacts = {
  id: "onnxruntime",
  maxOpset: 22,
  qdqDialect: "x86",
  hasVnni: true,
  channelMultiple: 16,
  functions: "keep",
};

/** Runs the stages of a preset on a model, as a compile would; returns the number of changes. */
export async function runPreset(model: Model, stages: readonly PresetStage[], sourceBytes?: number): Promise<number> {
  let changes = 0;
  for (const { stage, lines } of stages) {
    const steps = lines.map(({ pass: name }) => {
      const pass = passNamed(name);
      if (pass === undefined) throw new Error(`no pass ${name}`);
      const options = typeof pass.defaults === "object" ? { ...pass.defaults, sourceBytes } : pass.defaults;
      return { pass: pass as never, options };
    });
    const outcome = await runStage(
      model,
      { stage, steps },
      {
        target,
        executor: undefined,
        signal: new AbortController().signal,
        reporter: { handle: () => undefined },
        disabled: new Set<string>(),
        maxRounds: 16,
      },
    );
    if (outcome.kind === "broken") throw new Error(`${outcome.pass}: ${outcome.diagnostic.message}`);
    changes += outcome.changes;
  }
  return changes;
}
