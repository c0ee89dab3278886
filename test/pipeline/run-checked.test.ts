import { expect, test } from "vitest";
import { InferOptError } from "../../src/diagnostics/index.ts";
import { printModel, verifyStructure } from "../../src/ir/index.ts";
import type { Checker, Pass } from "../../src/pipeline/index.ts";
import { runCheckedStage } from "../../src/pipeline/index.ts";
import { checkOf, contextOf, cyclicPass, operatorsOf, passOf, sampleModel, stageOf, swapPass } from "./fake-passes.ts";

const good = { rule: "good", from: "Identity", to: "Abs" };
const bad = { rule: "bad", from: "Floor", to: "Ceil" };

test("a stage that keeps the numbers is kept as it is", async () => {
  const model = sampleModel();
  const context = contextOf();
  const result = await runCheckedStage(model, stageOf(swapPass("p", "bits", good)), context, checkOf());
  expect(result).toMatchObject({ changes: 2, disabled: [], comparison: { verdict: "equal" } });
  expect(operatorsOf(model)).toBe("Abs Abs Floor Abs");
  expect(context.events.map((event) => event.type)).toEqual(["pass", "check"]);
});

test("a wrong rule is found, rolled back and named; its neighbours and the other passes stay", async () => {
  const model = sampleModel();
  const context = contextOf();
  const plan = stageOf(
    swapPass("mixed", "bits", good, bad),
    swapPass("later", "bits", { rule: "again", from: "Ceil", to: "Round" }),
  );
  const result = await runCheckedStage(model, plan, context, checkOf());
  expect(result.disabled).toEqual(["mixed/bad"]);
  expect(result.problems.map(({ code }) => code)).toEqual(["IO0303"]);
  expect(result.problems[0]?.hint).toContain("--skip-passes mixed/bad");
  expect(result.comparison?.verdict).toBe("equal");
  expect(operatorsOf(model)).toBe("Abs Abs Floor Abs");
  expect(context.events).toContainEqual(
    expect.objectContaining({ type: "rollback", stage: "simplify", pass: "mixed", rule: "bad" }),
  );
});

test("a wrong pass without rules is left out as a whole", async () => {
  const model = sampleModel();
  const wrong = { ...swapPass("wrong", "bits", bad), rules: [] };
  const result = await runCheckedStage(model, stageOf(wrong, swapPass("right", "bits", good)), contextOf(), checkOf());
  expect(result.disabled).toEqual(["wrong"]);
  expect(operatorsOf(model)).toBe("Abs Abs Floor Abs");
});

test("several culprits are found one after the other", async () => {
  const model = sampleModel();
  const plan = stageOf(
    swapPass("one", "bits", bad),
    swapPass("two", "bits", { rule: "worse", from: "Identity", to: "Sqrt" }),
    swapPass("three", "bits", good),
  );
  const result = await runCheckedStage(model, plan, contextOf(), checkOf());
  expect([...result.disabled].sort()).toEqual(["one/bad", "two/worse"]);
  expect(operatorsOf(model)).toBe("Abs Abs Floor Abs");
});

test("a pass that breaks the graph or crashes is left out, the rest is kept", async () => {
  const model = sampleModel();
  const breaker = cyclicPass("breaker");
  const crasher = passOf("crasher", (m) => {
    const node = [...m.graph.nodes()].at(-1);
    if (node !== undefined) m.graph.setInput(node, 0, m.graph.inputs[0]);
    throw new TypeError("half way through");
  });
  const result = await runCheckedStage(
    model,
    stageOf(breaker, crasher, swapPass("right", "bits", good)),
    contextOf(),
    checkOf(),
  );
  expect(result.disabled).toEqual(["breaker", "crasher"]);
  expect(result.problems.map(({ code }) => code)).toEqual(["IO0302", "IO0301"]);
  expect(operatorsOf(model)).toBe("Abs Abs Floor Abs");
  expect(verifyStructure(model)).toEqual([]);
});

test("a result that does not run counts as a mismatch", async () => {
  const model = sampleModel();
  const before = printModel(model);
  const unknown = swapPass("unknown", "bits", { rule: "op", from: "Floor", to: "NoSuchOperator" });
  const result = await runCheckedStage(model, stageOf(unknown), contextOf(), checkOf());
  expect(result.disabled).toEqual(["unknown/op"]);
  expect(result.problems[0]?.message).toContain("does not run");
  expect(printModel(model)).toBe(before);
});

test("a mismatch that nothing explains undoes the stage", async () => {
  const model = sampleModel();
  const before = printModel(model);
  let asked = 0;
  const fickle: Checker = {
    evaluate: () => Promise.resolve({ outputs: [] }),
    compare: () =>
      asked++ === 0
        ? { verdict: "mismatch", sqnrDb: 0, detail: "only now" }
        : { verdict: "equal", sqnrDb: Infinity, detail: "" },
  };
  const result = await runCheckedStage(
    model,
    stageOf(swapPass("p", "bits", good)),
    contextOf(),
    checkOf({ checker: fickle }),
  );
  expect(result).toMatchObject({ changes: 0, problems: [{ code: "IO0304" }] });
  expect(printModel(model)).toBe(before);
});

test("--strict turns what would be rolled back into an error of exit code 4", async () => {
  const run = (pass: Pass): Promise<unknown> =>
    runCheckedStage(sampleModel(), stageOf(pass), contextOf(), checkOf({ strict: true })).catch((error: unknown) =>
      error instanceof InferOptError ? error.diagnostic : error,
    );
  const crasher = passOf("crasher", () => {
    throw new TypeError("x");
  });
  expect(await run(swapPass("p", "bits", bad))).toMatchObject({ code: "IO0303", severity: "error", exitCode: 4 });
  expect(await run(crasher)).toMatchObject({ code: "IO0301", severity: "error", exitCode: 4 });
});

test("--check each compares after every pass: errors that cancel out over the stage are seen", async () => {
  const model = sampleModel();
  const context = contextOf();
  const plan = stageOf(
    swapPass("p", "bits", good),
    swapPass("q", "bits", bad),
    swapPass("r", "bits", { rule: "back", from: "Ceil", to: "Floor" }),
  );
  const each = await runCheckedStage(model, plan, context, checkOf({ mode: "each" }));
  expect(each.disabled).toEqual(["q/bad"]);
  expect(
    context.events.filter((event) => event.type === "check").map((event) => event.type === "check" && event.verdict),
  ).toEqual(["equal", "mismatch"]);
  expect(operatorsOf(model)).toBe("Abs Abs Floor Abs");
  const whole = await runCheckedStage(sampleModel(), plan, contextOf({ maxRounds: 1 }), checkOf());
  expect(whole.disabled).toEqual([]);
});

test("--check none compares nothing; a model that cannot be run is reported as not compared", async () => {
  const plan = stageOf(swapPass("p", "bits", bad));
  const unchecked = contextOf();
  expect(await runCheckedStage(sampleModel(), plan, unchecked, checkOf({ mode: "none" }))).toMatchObject({
    disabled: [],
  });
  expect(unchecked.events.some((event) => event.type === "check")).toBe(false);
  const without = contextOf();
  await runCheckedStage(sampleModel(), plan, without, checkOf({ checker: undefined, reason: "too large" }));
  expect(without.events).toContainEqual({ type: "check", stage: "simplify", verdict: "skipped", detail: "too large" });
});

test("a change within tolerance passes where the pass allows it, and fails where it promised bits", async () => {
  const compared: string[] = [];
  const checker: Checker = {
    evaluate: () => Promise.resolve({ outputs: [] }),
    compare: (_, __, preserves) => {
      compared.push(preserves);
      return { verdict: "equal", sqnrDb: Infinity, detail: "" };
    },
  };
  const idle = passOf("idle", () => 0, "accuracy");
  await runCheckedStage(sampleModel(), stageOf(idle, swapPass("p", "bits", good)), contextOf(), checkOf({ checker }));
  await runCheckedStage(sampleModel(), stageOf(swapPass("p", "tolerance", good)), contextOf(), checkOf({ checker }));
  await runCheckedStage(sampleModel(), stageOf(swapPass("p", "accuracy", good)), contextOf(), checkOf({ checker }));
  expect(compared).toEqual(["bits", "tolerance"]);
});
