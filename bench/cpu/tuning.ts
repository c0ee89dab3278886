import { join } from "node:path";
import { tmpdir } from "node:os";
import { mkdtempSync, rmSync } from "node:fs";
import type { MeasurePolicy, SpeedRatio } from "../../src/measure/index.ts";
import { makeScheduleCache, tuningEfforts } from "../../src/schedule/index.ts";
import type { Device } from "../../targets/index.ts";
import { holdContest } from "./contest.ts";
import { makePlainForms, makeRegionForm } from "./forms.ts";
import type { RegionForm } from "./forms.ts";
import type { BenchModel } from "./models.ts";
import type { CompileCost } from "./replay.ts";
import { measureReplay } from "./replay.ts";
import { sessionRunner } from "./runner-scripts.ts";
import { startRunner } from "./runner.ts";

/** What one tuning took. */
export interface TuningCost {
  readonly seconds: number;
  readonly workloads: number;
  readonly tried: number;
  readonly failed: number;
  readonly candidatesPerSecond: number;
  /** Of one candidate. */
  readonly emissionMs: number;
}

/** Figures of the tuner on one network in INT8. */
export interface TuningResult {
  readonly model: string;
  readonly cold: TuningCost;
  readonly extensive: TuningCost;
  /** The same with the records of the cold one. */
  readonly warm: TuningCost;
  /** The extensive result against the default one, on one thread. */
  readonly gain: SpeedRatio | undefined;
  /** Whole compiles, the first of which races the forms. */
  readonly replay: { readonly first: CompileCost; readonly again: CompileCost };
}

/** Tunes a network cold at default and at extensive effort, then warm, and races the first two results. */
export async function measureTuning(
  model: BenchModel,
  setup: { readonly shared: string; readonly device: Device; readonly policy: MeasurePolicy },
): Promise<TuningResult> {
  const folder = mkdtempSync(join(tmpdir(), "bench-cpu-tuning-"));
  const runner = startRunner(process.execPath, [sessionRunner]);
  try {
    const plain = await makePlainForms(model, setup.shared, folder);
    const { qdq, samples } = plain;
    const cache = makeScheduleCache([]);
    const { device } = setup;
    const make = (name: string, options: Pick<Parameters<typeof makeRegionForm>[2], "cache" | "effort">) =>
      makeRegionForm(qdq, join(folder, `${name}.onnx`), { ...options, device });
    const cold = await make("default", { cache, effort: tuningEfforts.default });
    const warm = await make("warm", { cache, effort: tuningEfforts.default });
    const extensive = await make("extensive", { cache: makeScheduleCache([]), effort: tuningEfforts.extensive });
    const contestants = Object.entries({ cold, extensive }).map(([name, { file }]) => ({ name, model: file, runner }));
    const contest = await holdContest(contestants, 1, samples.slice(0, 1), setup.policy);
    return {
      model: model.name,
      ...{ cold: costOf(cold), extensive: costOf(extensive), warm: costOf(warm) },
      gain: contest.speed("cold", "extensive"),
      replay: await measureReplay(plain, folder, cache),
    };
  } finally {
    runner.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function costOf({ tuned, seconds }: RegionForm): TuningCost {
  return {
    ...{ seconds, workloads: tuned?.workloads ?? 0, tried: tuned?.tried ?? 0, failed: tuned?.failed ?? 0 },
    candidatesPerSecond: tuned?.candidatesPerSecond ?? 0,
    emissionMs: tuned?.emissionMs ?? 0,
  };
}

/** The figures, a line an effort. */
export function printTuning({ model, cold, extensive, warm, gain, replay }: TuningResult): string {
  const lines = Object.entries({ "default, cold": cold, "extensive, cold": extensive, "default, warm": warm }).map(
    ([name, { seconds, workloads, tried, failed, candidatesPerSecond, emissionMs }]) =>
      `${model} ${name}: ${seconds.toFixed(2)} s, ${workloads} workloads, ${tried} candidates measured (${failed} failed), ` +
      `${candidatesPerSecond.toFixed(1)} a second, ${emissionMs.toFixed(2)} ms to emit one`,
  );
  const text =
    gain === undefined ? "" : `${gain.ratio.toFixed(3)}x (${gain.low.toFixed(3)} to ${gain.high.toFixed(3)})`;
  const compiles = Object.entries(replay).map(
    ([name, { seconds, measurements, form }]) =>
      `${model} whole compile, ${name}: ${seconds.toFixed(2)} s, ${measurements} measurements, ${form} written`,
  );
  return [...lines, `${model} extensive against default: ${text}`, ...compiles].join("\n");
}
