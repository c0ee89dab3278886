import type { Form } from "./form.ts";
import type { Input } from "./load-input.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";

/** The INT8 form; undefined when it is not asked for or the data for it is missing. */
export async function addInt8Form(
  _base: Form,
  _input: Input,
  _samples: Samples | undefined,
  _run: Run,
): Promise<Form | undefined> {
  return undefined;
}
