import { join } from "node:path";
import type { CompileEvent } from "../../src/index.ts";
import { compile, completeOptions } from "../../src/index.ts";
import { appendRecords } from "../../src/schedule/index.ts";
import type { ScheduleCache } from "../../src/schedule/index.ts";
import type { PlainForms } from "./forms.ts";
import { calibrationOptions } from "./forms.ts";

/** One whole compile for the cpu target. */
export interface CompileCost {
  readonly seconds: number;
  /** Candidates tried and forms timed. */
  readonly measurements: number;
  /** The form that was written. */
  readonly form: string;
  readonly phases: readonly { readonly name: string; readonly ms: number }[];
}

/** Compiles a network to INT8 twice with the same records, which begin with those of `cache`. */
export async function measureReplay(
  { original }: PlainForms,
  folder: string,
  cache: ScheduleCache,
): Promise<{ readonly first: CompileCost; readonly again: CompileCost }> {
  const records = join(folder, "replay.schedule.jsonl");
  appendRecords(records, cache.records);
  const options = completeOptions({
    ...calibrationOptions(folder),
    ...{ target: "cpu", records, output: join(folder, "replay.onnx") },
  });
  const run = async (): Promise<CompileCost> => {
    let measurements = 0;
    const count = ({ type }: CompileEvent): void =>
      void (measurements += Number(type === "trial" || type === "measured"));
    const start = performance.now();
    const { report } = await compile(original, options, {
      reporter: { handle: count },
      signal: new AbortController().signal,
    });
    const seconds = (performance.now() - start) / 1000;
    return { seconds, measurements, form: report.output.form, phases: report.phases };
  };
  return { first: await run(), again: await run() };
}
