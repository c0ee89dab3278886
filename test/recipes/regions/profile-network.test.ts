import { expect, test } from "vitest";
import { runtimeDiagnostics } from "../../../src/diagnostics/codes/runtime.ts";
import { InferOptError } from "../../../src/diagnostics/index.ts";
import type { Form } from "../../../src/recipes/form.ts";
import { profileSteps } from "../../../src/recipes/regions/profile-network.ts";
import type { Run } from "../../../src/recipes/run.ts";

const form = { name: "int8-cpu", file: () => Promise.resolve("f.onnx") } as unknown as Form;

/** A run whose measuring process answers every request with an error. */
function runWith(error: unknown, notes: string[]): Run {
  const worker = { request: () => Promise.reject(error as Error) };
  const reporter = { handle: (): void => undefined };
  return { environment: { worker }, reporter, note: (text: string) => void notes.push(text) } as unknown as Run;
}

test("layers whose process crashes are not timed, and what crashed is told", async () => {
  const notes: string[] = [];
  const crash = new InferOptError(runtimeDiagnostics.workerCrashed({ detail: "SIGSEGV" }));
  const reasons: string[] = [];
  expect(await profileSteps(form, runWith(crash, notes), (reason) => void reasons.push(reason))).toBeUndefined();
  expect(reasons).toEqual([`the layers of int8-cpu were not timed: ${crash.diagnostic.message}`]);
  expect(notes).toEqual(reasons);
});

test("a bug is no failure of the runtime", async () => {
  await expect(profileSteps(form, runWith(new TypeError("x"), []))).rejects.toThrow(TypeError);
});
