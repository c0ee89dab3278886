import { expect, test } from "vitest";
import { removeDeadCode } from "../../passes/remove-dead-code.ts";
import { evaluateConstants } from "../../passes/evaluate-constants.ts";
import type { CompileEvent } from "../../src/events.ts";
import { parseModel } from "../../src/ir/index.ts";
import { runStage } from "../../src/pipeline/index.ts";
import { onnxruntime } from "../../targets/onnxruntime/index.ts";

test("a round that only sweeps constants away is no return to an earlier form", async () => {
  const model = parseModel(`opset 17
graph g {
  in %x: float32[2]
  const %a: float32[2] = [1, 2]
  const %b: float32[2] = [3, 4]
  %c = Pow(%a, %b)
  %y = Mul(%x, %c)
  out %y
}
`);
  const events: CompileEvent[] = [];
  const steps = [removeDeadCode, evaluateConstants].map((pass) => ({ pass: pass as never, options: pass.defaults }));
  const context = {
    target: onnxruntime.facts(undefined),
    executor: undefined,
    signal: new AbortController().signal,
    reporter: { handle: (event: CompileEvent) => void events.push(event) },
    disabled: new Set<string>(),
    maxRounds: 16,
  };
  await runStage(model, { stage: "simplify", steps }, context);
  expect(events.flatMap((event) => (event.type === "pass" ? [`${event.round} ${event.pass}`] : []))).toEqual([
    "1 evaluate-constants",
    "2 remove-dead-code",
  ]);
  expect(events.filter(({ type }) => type === "diagnostic")).toEqual([]);
  expect(model.graph.constants.size).toBe(1);
});
