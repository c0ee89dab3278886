import type { ScheduleCache } from "../../schedule/index.ts";
import type { Form } from "../form.ts";
import { keepAccuracy } from "./keep-accuracy.ts";
import { describeNoise } from "./layer-accuracy-text.ts";
import type { Input } from "../load-input.ts";
import type { Int8Form } from "../quantize-form.ts";
import { addInt8Form } from "../quantize-form.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";

/**
 * Adds the INT8 form to the others and, where it loses too much, one with some layers in float; that on which further forms
 * build. Undefined where there is none.
 */
export async function addJudgedInt8(
  forms: Form[],
  base: Form,
  input: Input,
  samples: Samples | undefined,
  cache: ScheduleCache,
  run: Run,
): Promise<Int8Form | undefined> {
  if (run.control.isStopping) return undefined;
  const int8 = await run.phase("quantize", () => addInt8Form(base, input, samples, run));
  if (int8 === undefined) return undefined;
  forms.push(int8);
  const { mixed, report } = await run.phase("judge layers", () => keepAccuracy(int8, input, samples, cache, run));
  run.layerAccuracy = report;
  if (report !== undefined) for (const text of describeNoise(report)) run.note(text);
  if (mixed !== undefined) forms.push(mixed);
  return mixed ?? int8;
}
