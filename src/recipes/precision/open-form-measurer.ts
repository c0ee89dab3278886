import { rmSync } from "node:fs";
import { join } from "node:path";
import type { FormMeasurer, TimedModel } from "../../../targets/index.ts";
import { makeFormMeasurer } from "../../../targets/index.ts";
import type { Model, RuntimeValue } from "../../ir/index.ts";
import { isFloat, isTensor, numbersOf } from "../../ir/index.ts";
import { saveModel } from "../../onnx/index.ts";
import type { Feeds } from "../../pipeline/index.ts";
import type { Run } from "../run.ts";

/** What a candidate's identity stands for: a model that is written for the trial, or a file that there is. */
export type TrialForm = Pick<TimedModel, "settings"> & ({ readonly model: Model } | { readonly file: string });

/** Times whole models in the measuring process of a run; `kept` sessions stay open between races. */
export function openFormMeasurer(
  feeds: Feeds,
  run: Run,
  make: (identity: string) => TrialForm,
  limits: { readonly kept?: number } = {},
): FormMeasurer {
  const { worker, temp } = run.environment;
  let files = 0;
  return makeFormMeasurer({
    ...{ worker, feeds, seed: run.options.seed, ...limits },
    open: async (identity) => {
      const form = make(identity);
      const { settings } = form;
      if ("file" in form) return { file: form.file, settings, release: () => undefined };
      const file = join(temp.path, `trial-${files++}.onnx`);
      await saveModel(form.model, file);
      return { file, settings, release: () => [file, `${file}.data`].forEach((path) => rmSync(path, { force: true })) };
    },
    check: (outputs) => {
      const wrong = [...outputs].find(([, value]) => !isNumeric(value));
      return wrong === undefined ? undefined : `output "${wrong[0]}" is not a number`;
    },
  });
}

/** Whether no element is NaN: how near they are to the original's is judged on more samples, and later. */
function isNumeric(value: RuntimeValue): boolean {
  if (!isTensor(value) || !isFloat(value.dtype)) return true;
  const numbers = numbersOf(value);
  for (let i = 0; i < numbers.length; i++) if (Number.isNaN(numbers[i])) return false;
  return true;
}
