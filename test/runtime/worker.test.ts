import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { InferOptError } from "../../src/diagnostics/index.ts";
import { isTensor, numbersOf, parseModel, tensorFromNumbers, tensorFromStrings } from "../../src/ir/index.ts";
import { measurePolicies } from "../../src/measure/index.ts";
import { saveModel } from "../../src/onnx/index.ts";
import type { Worker } from "../../src/runtime/index.ts";
import { defaultWorkerLimits, fromWire, startWorker, toWire, workerExecutor } from "../../src/runtime/index.ts";

const folder = mkdtempSync(join(tmpdir(), "runtime-test-"));
const workers: Worker[] = [];
afterAll(() => {
  for (const worker of workers) worker.stop();
  rmSync(folder, { recursive: true, force: true });
});

const doubled = parseModel(`opset 17 graph g {
  in %x: float32[N, 2]
  %s: float32[N, 2] = Add(%x, %x) @sum
  %y: float32[N, 2] = Relu(%s) @relu
  out %y }`);
const model = (await saveModel(doubled, join(folder, "doubled.onnx"))).path;
const feeds = new Map([["x", tensorFromNumbers("float32", [2, 2], [1, -2, 3, 4])]]);
const settings = { optimization: "disabled", threads: 1 } as const;

function makeWorker(limits = defaultWorkerLimits): { readonly worker: Worker; readonly mark: string } {
  const mark = join(folder, `scratch-${workers.length}`);
  mkdirSync(mark);
  const worker = startWorker({ limits, scratch: mark });
  workers.push(worker);
  return { worker, mark };
}

/** Processes whose command line names the scratch folder of a worker. */
function processesOf(mark: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(mark);
      } catch {
        return false;
      }
    });
}

async function until(condition: () => boolean, ms = 8000): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((done) => setTimeout(done, 25)))
    if (condition()) return true;
  return condition();
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof InferOptError ? error.diagnostic.code : String(error);
  }
  return "none";
}

const onLinux = process.platform === "linux";

test("a model is opened, run and closed in the other process; a race times it", async () => {
  const { worker } = makeWorker();
  const opened = await worker.request({ op: "open", model, settings });
  expect(opened).toMatchObject({ inputNames: ["x"], outputNames: ["y"], opaqueOutputs: [] });
  const { session } = opened;
  const { values } = await worker.request({ op: "run", session, feeds: toWire(feeds), wanted: undefined });
  const y = fromWire(values).get("y");
  expect(y !== undefined && isTensor(y) && Array.from(numbersOf(y))).toEqual([2, 0, 6, 8]);
  const rounds: number[] = [];
  const policy = { ...measurePolicies.quick, warmupMs: 1, rounds: 2, maxRounds: 2, blockMs: 1 };
  const forms = ["a", "b"].map((name) => ({ name, session, feeds: toWire(feeds) }));
  const result = await worker.request({ op: "race", forms, policy, seed: 1 }, (round) => void rounds.push(round));
  expect(result.names).toEqual(["a", "b"]);
  expect(rounds).toEqual([1, 2]);
  for (const round of result.rounds) for (const block of round) for (const ns of block) expect(ns).toBeGreaterThan(0);
  await worker.request({ op: "close", session });
  expect(await codeOf(worker.request({ op: "run", session, feeds: [], wanted: undefined }))).toContain(
    `no session ${session}`,
  );
});

test("what ONNX Runtime refuses is IO0702, a run that fails is IO0703, and the process lives on", async () => {
  const { worker } = makeWorker();
  expect(await codeOf(worker.request({ op: "open", model: join(folder, "none.onnx"), settings }))).toBe("IO0702");
  const { session } = await worker.request({ op: "open", model, settings });
  const wrong = toWire(new Map([["x", tensorFromNumbers("float32", [2], [1, 2])]]));
  expect(await codeOf(worker.request({ op: "run", session, feeds: wrong, wanted: undefined }))).toBe("IO0703");
  await worker.request({ op: "run", session, feeds: toWire(feeds), wanted: undefined });
});

test.runIf(onLinux)(
  "a crash fails what is open with IO0704; the next request starts anew; old sessions are gone",
  async () => {
    const { worker, mark } = makeWorker();
    const { session } = await worker.request({ op: "open", model, settings });
    const [pid] = processesOf(mark);
    process.kill(pid as number, "SIGSTOP");
    const pending = codeOf(worker.request({ op: "run", session, feeds: toWire(feeds), wanted: undefined }));
    process.kill(pid as number, "SIGKILL");
    expect(await pending).toBe("IO0704");
    await worker.request({ op: "close", session });
    expect(processesOf(mark)).toEqual([]);
    const again = await worker.request({ op: "open", model, settings });
    expect(again.session).not.toBe(session);
    await worker.request({ op: "run", session: again.session, feeds: toWire(feeds), wanted: undefined });
  },
);

test.runIf(onLinux)("silence is IO0705: the process is killed, and the next request starts anew", async () => {
  const { worker, mark } = makeWorker({ openSeconds: 60, runSeconds: 0.3, raceSeconds: 60 });
  const { session } = await worker.request({ op: "open", model, settings });
  const [pid] = processesOf(mark);
  process.kill(pid as number, "SIGSTOP");
  expect(await codeOf(worker.request({ op: "run", session, feeds: toWire(feeds), wanted: undefined }))).toBe("IO0705");
  expect(await until(() => processesOf(mark).length === 0)).toBe(true);
  expect((await worker.request({ op: "open", model, settings })).outputNames).toEqual(["y"]);
});

test.runIf(onLinux)("stop ends the process for good; closing after it is no error", async () => {
  const { worker, mark } = makeWorker();
  const { session } = await worker.request({ op: "open", model, settings });
  worker.stop();
  expect(await until(() => processesOf(mark).length === 0)).toBe(true);
  await worker.request({ op: "close", session });
  expect(await codeOf(worker.request({ op: "open", model, settings }))).toContain("stopped");
  expect(processesOf(mark)).toEqual([]);
});

test.runIf(onLinux)("when the parent is killed, the worker ends and takes the scratch folder along", async () => {
  const mark = join(folder, "orphan-scratch");
  mkdirSync(mark);
  const runtime = new URL("../../dist/src/runtime/index.js", import.meta.url).href;
  const parent = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `const { startWorker } = await import(${JSON.stringify(runtime)});
       const worker = startWorker({ scratch: ${JSON.stringify(mark)} });
       await worker.request({ op: "open", model: ${JSON.stringify(model)}, settings: ${JSON.stringify(settings)} });
       console.log("ready");
       setInterval(() => {}, 1000);`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await new Promise((ready) => parent.stdout?.once("data", ready));
  const worker = processesOf(mark);
  expect(worker.length).toBe(1);
  parent.kill("SIGKILL");
  expect(await until(() => processesOf(mark).length === 0)).toBe(true);
  expect(existsSync(mark)).toBe(false);
});

test("an executor gives outputs and inner values, and leaves no file behind", async () => {
  const { worker, mark } = makeWorker();
  const executor = workerExecutor(worker, { ...settings, folder: mark });
  const seen: string[][] = [];
  for await (const values of executor.run(doubled, [feeds, feeds], ["s", "y", "x", "nothing"]))
    seen.push([...values.keys()].sort());
  expect(seen).toEqual([
    ["s", "x", "y"],
    ["s", "x", "y"],
  ]);
  for await (const values of executor.run(doubled, [feeds])) {
    expect([...values.keys()]).toEqual(["y"]);
    break;
  }
  expect(readdirSync(mark)).toEqual([]);
  const unknown = parseModel("opset 17 graph g { in %x: float32[1] %y: float32[1] = NoSuchOp(%x) out %y }");
  const refused = executor.run(unknown, [feeds])[Symbol.asyncIterator]();
  expect(await codeOf(refused.next())).toBe("IO0702");
  expect(readdirSync(mark)).toEqual([]);
});

test("tensors cross unharmed; other values are refused by name", () => {
  const values = new Map([
    ["f", tensorFromNumbers("float16", [2], [0.5, -2])],
    ["b", tensorFromNumbers("bool", [3], [1, 0, 1])],
    ["s", tensorFromStrings([2], ["ü", ""])],
  ]);
  const back = fromWire(structuredClone(toWire(values)));
  expect([...back.keys()]).toEqual(["f", "b", "s"]);
  for (const [name, value] of values) expect(back.get(name)).toMatchObject({ dtype: value.dtype, shape: value.shape });
  const sequence = new Map([["q", { kind: "sequence", element: undefined, items: [] } as const]]);
  expect(() => toWire(sequence)).toThrow('"q" is a sequence');
});

test("values are read wherever a message holds them", () => {
  const wire = toWire(new Map([["x", tensorFromNumbers("float32", [2], [1.5, -2])]]));
  const moved = wire.map(([name, tensor]) => {
    if ("strings" in tensor) throw new Error("no strings were sent");
    const bytes = new Uint8Array(tensor.bytes.length + 1).subarray(1);
    bytes.set(tensor.bytes);
    return [name, { ...tensor, bytes }] as const;
  });
  const x = fromWire(moved).get("x");
  expect(x !== undefined && isTensor(x) ? Array.from(numbersOf(x)) : undefined).toEqual([1.5, -2]);
});
