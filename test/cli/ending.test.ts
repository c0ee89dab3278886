import { expect, test } from "vitest";
import { endingOf } from "../../src/cli/ending.ts";
import { configDiagnostics } from "../../src/diagnostics/codes/config.ts";
import { InferOptError } from "../../src/diagnostics/index.ts";
import { renderJobSummary, renderJunit } from "../../src/report/index.ts";

const running = new AbortController().signal;

test("a bug ends a suite as one failure with the first line of what went wrong", () => {
  const error = endingOf(new TypeError("x is <undefined>\nand more"), running);
  expect(error).toMatchObject({ code: "IO0912", exitCode: 1, message: "internal error: TypeError: x is <undefined>" });
  expect(renderJunit({ model: "m.onnx", error })).toContain("internal error: TypeError: x is &lt;undefined&gt;");
  expect(renderJobSummary({ model: "m.onnx", error })).toContain("**Failed** with IO0912");
  expect(endingOf("text", running).message).toBe("internal error: text");
});

test("a diagnostic is its own ending, unless the run was interrupted", () => {
  const missing = new InferOptError(configDiagnostics.modelMissing({ model: "m" }));
  expect(endingOf(missing, running)).toBe(missing.diagnostic);
  expect(endingOf(missing, AbortSignal.abort()).code).toBe("IO0909");
});
