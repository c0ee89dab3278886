import { expect, test } from "vitest";
import { InferOptError, define } from "../../src/diagnostics/index.ts";
import { runStage } from "../../src/pipeline/index.ts";
import { countTurns } from "../events/count-turns.ts";
import { contextOf, cyclicPass, operatorsOf, passOf, sampleModel, stageOf, swapPass } from "./fake-passes.ts";

test("passes are repeated until a round changes nothing; a pass that found nothing is not asked again in vain", async () => {
  const model = sampleModel();
  let asked = 0;
  const idle = passOf("idle", () => (asked++, 0));
  const chain = swapPass(
    "chain",
    "bits",
    { rule: "second", from: "Ceil", to: "Round" },
    { rule: "first", from: "Floor", to: "Ceil" },
  );
  const context = contextOf();
  const outcome = await runStage(model, stageOf(chain, idle), context);
  expect(outcome).toMatchObject({ kind: "done", changes: 2 });
  expect(operatorsOf(model)).toBe("Abs Identity Round Identity");
  expect(asked).toBe(2);
  expect(context.events.map((event) => (event.type === "pass" ? [event.pass, event.round, event.byRule] : []))).toEqual(
    [
      ["chain", 1, { first: 1 }],
      ["chain", 2, { second: 1 }],
    ],
  );
});

test("passes that undo each other are found out by the hash of the graph", async () => {
  const context = contextOf({ maxRounds: 50 });
  const plan = stageOf(
    swapPass("there", "bits", { rule: "r", from: "Floor", to: "Ceil" }),
    swapPass("back", "bits", { rule: "r", from: "Ceil", to: "Floor" }),
  );
  const model = sampleModel();
  expect(await runStage(model, plan, context)).toMatchObject({ kind: "done" });
  const [diagnostic] = context.events.flatMap((event) => (event.type === "diagnostic" ? [event.diagnostic] : []));
  expect(diagnostic).toMatchObject({ code: "IO0305", severity: "note" });
  expect(diagnostic?.message).toContain("came back to an earlier form after 4 rounds");
});

test("a pass that always finds work is stopped at the cap", async () => {
  const model = sampleModel();
  let count = 0;
  const endless = passOf("endless", (m) => {
    const [first] = m.graph.nodes();
    if (first === undefined) return 0;
    m.graph.prepend({ opType: "Neg", inputs: [m.graph.inputs[0]], outputs: [{ name: `n${count++}` }] });
    return 1;
  });
  const context = contextOf({ maxRounds: 3 });
  expect(await runStage(model, stageOf(endless), context)).toMatchObject({ changes: 3 });
  expect(
    context.events.some((event) => event.type === "diagnostic" && event.diagnostic.message.includes("after 3 rounds")),
  ).toBe(true);
});

test("with one round a stage runs once and says nothing of fixpoints", async () => {
  const context = contextOf({ maxRounds: 1 });
  const flip = swapPass("flip", "bits", { rule: "r", from: "Floor", to: "Ceil" });
  await runStage(sampleModel(), stageOf(flip), context);
  expect(context.events.map((event) => event.type)).toEqual(["pass"]);
});

test("a pass that leaves a broken graph is named, with what is broken", async () => {
  const outcome = await runStage(sampleModel(), stageOf(cyclicPass("breaker")), contextOf());
  expect(outcome).toMatchObject({ kind: "broken", pass: "breaker", diagnostic: { code: "IO0302" } });
});

test("a pass that changes the interface is named, though the graph is sound", async () => {
  const adder = passOf("adder", ({ graph }) => {
    for (const value of graph.inputs) graph.addOutput(value);
    return 1;
  });
  const outcome = await runStage(sampleModel(), stageOf(adder), contextOf());
  expect(outcome).toMatchObject({ kind: "broken", diagnostic: { code: "IO0302" } });
  expect(outcome.kind === "broken" && outcome.diagnostic.message).toContain("1 outputs became 2");
});

test("a crash and a warning of its own name the pass; an error of the user's ends everything", async () => {
  const sample = define({ code: "IO0399", message: () => "m", hint: () => "", explanation: "" });
  const thrower = (error: Error): ReturnType<typeof passOf> =>
    passOf("thrower", () => {
      throw error;
    });
  const run = (error: Error): ReturnType<typeof runStage> =>
    runStage(sampleModel(), stageOf(thrower(error)), contextOf());
  expect(await run(new RangeError("off by one"))).toMatchObject({ kind: "broken", diagnostic: { code: "IO0301" } });
  expect(await run(new InferOptError({ ...sample({}), severity: "warning" }))).toMatchObject({
    kind: "broken",
    diagnostic: { code: "IO0399" },
  });
  await expect(run(new InferOptError(sample({})))).rejects.toThrow("IO0399");
});

test("an abort stops between passes, with the abort itself", async () => {
  const abort = new AbortController();
  const first = passOf("first", () => (abort.abort(), 0));
  let reached = false;
  const second = passOf("second", () => ((reached = true), 0));
  const context = contextOf({ signal: abort.signal });
  await expect(runStage(sampleModel(), stageOf(first, second), context)).rejects.toThrow(/abort/i);
  expect(reached).toBe(false);
});

test("keys, signals and timers have their turn before every pass", async () => {
  const turns = countTurns();
  const at: number[] = [];
  const noting = (name: string): ReturnType<typeof passOf> => passOf(name, () => (at.push(turns.count), 0));
  await runStage(sampleModel(), stageOf(noting("first"), noting("second"), noting("third")), contextOf());
  turns.stop();
  expect(new Set(at).size).toBe(3);
});

test("disabled passes are not run; near misses are passed on, quietly not", async () => {
  const noter = { ...passOf("noter", () => 0) };
  const speaking = {
    ...noter,
    run: (_: unknown, context: { report(note: object): void }) => {
      context.report({ kind: "refusal", rule: "r", node: "n", reason: "why" });
      return { changes: 0 };
    },
  };
  const plan = stageOf(speaking as never);
  const loud = contextOf();
  await runStage(sampleModel(), plan, loud);
  expect(loud.events).toEqual([{ type: "refusal", pass: "noter", rule: "r", node: "n", reason: "why" }]);
  const off = contextOf({ disabled: new Set(["noter"]) });
  await runStage(sampleModel(), plan, off);
  const quiet = contextOf();
  await runStage(sampleModel(), plan, quiet, true);
  expect([...off.events, ...quiet.events]).toEqual([]);
});
