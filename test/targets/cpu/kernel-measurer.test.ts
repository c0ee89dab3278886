import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import type { Kernel } from "../../../src/codegen/index.ts";
import { systemClock } from "../../../src/measure/index.ts";
import type { KernelCase, ScheduleRecord, Template, Workload } from "../../../src/schedule/index.ts";
import { guidedSearch, makeScheduleCache, tuneWorkloads, tuningEfforts } from "../../../src/schedule/index.ts";
import type { KernelMeasurer } from "../../../targets/cpu/kernel-measurer.ts";
import { startKernelMeasurer } from "../../../targets/cpu/kernel-measurer.ts";
import { detectCpu } from "../../../targets/onnxruntime/detect-cpu.ts";
import { dotKernel, tableKernel } from "../../runtime/native/test-kernels.ts";
import { hostMissing } from "./run-kernel.ts";

const skip = hostMissing !== undefined;
if (skip) console.warn(`kernels are not measured: ${hostMissing}`);

const device = detectCpu();
const measurers: KernelMeasurer[] = [];
afterAll(() => measurers.forEach((measurer) => measurer.close()));

function measurerWith(runSeconds = 10): KernelMeasurer {
  const measurer = startKernelMeasurer(device, { runSeconds, timeSeconds: 20 });
  measurers.push(measurer);
  return measurer;
}

const { signal } = new AbortController();
const length = 640;
const table = Uint8Array.from({ length: 256 }, (_, i) => (i * 7 + 3) % 256);
const x = Uint8Array.from({ length }, (_, i) => (i * 31) % 256);
const expectedY = x.map((value) => table[value] as number);

/** The table kernel with machine code before it. */
function tableCase(prefix: string, name = prefix): KernelCase {
  const kernel = tableKernel(length);
  return {
    kernel: { ...kernel, name, code: Uint8Array.from([...Buffer.from(prefix, "hex"), ...kernel.code]) },
    correctness: "exact",
    buffers: { x, y: new Uint8Array(length).fill(0xa5) },
    parameters: { numbers: {}, tables: { table } },
    constants: {},
    expected: ({ y = new Uint8Array(0) }) => {
      const wrong = expectedY.findIndex((value, i) => y[i] !== value);
      return wrong < 0 ? undefined : `y[${wrong}] is ${y[wrong]}, not ${expectedY[wrong]}`;
    },
  };
}

/** `mov eax, turns; 1: dec eax; jnz 1b`: a kernel that takes longer by about as many cycles. */
function delay(turns: number): string {
  const count = Buffer.alloc(4);
  count.writeUInt32LE(turns);
  return `b8${count.toString("hex")}ffc875fc`;
}

const fine = tableCase("", "fine");
const crashing = tableCase("0f0b", "ud2");
const hanging = tableCase("ebfe", "jmp .");
/** `mov rax,[rdi]; mov byte ptr [rax],1`. */
const inputEater = tableCase("488b07c60001", "writes to x");
/** `mov rax,[rdi+16]; mov byte ptr [rax+640],1`. */
const overrunning = tableCase("488b4710c6808002000001", "writes behind y");

test.skipIf(skip)("right kernels pass; wrong ones, crashes, hangs and stray writes are told apart", async () => {
  const measurer = measurerWith(1);
  const wrong = { ...fine, expected: () => "y[0] is 0, not 1" };
  const answers = await measurer.verify([fine, crashing, wrong, hanging, inputEater, overrunning, fine], 2, signal);
  expect(answers.map((answer) => answer?.status)).toEqual([
    ...[undefined, "run", "verify", "timeout", "verify", "verify", undefined],
  ]);
  expect(answers.map((answer) => answer?.detail ?? "")).toEqual([
    "",
    expect.stringMatching(/SIGILL/),
    "on 1 thread: y[0] is 0, not 1",
    expect.stringMatching(/did not end within 1 s/),
    "on 1 thread: it wrote to input 0",
    "on 1 thread: it wrote behind output 0",
    "",
  ]);
});

test.skipIf(skip)("constants are packed, and what the host library refuses is a rejection", async () => {
  const constants = { weights: new Uint8Array(640).fill(1), bias: new Uint8Array(40) };
  const dot: KernelCase = {
    ...{ kernel: dotKernel(10), correctness: "exact", constants },
    buffers: { x: new Uint8Array(64).fill(2) },
    parameters: { numbers: { xZero: 1 }, tables: {} },
    expected: ({ y = new Uint8Array(0) }) =>
      new Int32Array(y.slice().buffer).every((sum) => sum === 64) ? undefined : "wrong sum",
  };
  const short = { ...dot, constants: { ...constants, weights: new Uint8Array(639) } };
  const answers = await measurerWith().verify([dot, short], 1, signal);
  expect(answers).toEqual([undefined, { status: "run", detail: expect.stringContaining("host library") as unknown }]);
});

// Another process on the machine can spoil any timing: only a measurer that is wrong is wrong every time.
const again = { retry: 4 };

test.skipIf(skip).each([1, 2])(
  "on %i threads slower kernels take longer, and equal ones the same",
  again,
  async (threads) => {
    const kernels = [20_000, 60_000, 120_000, 20_000].map((turns) => tableCase(delay(turns), `delay ${turns}`));
    const measurer = measurerWith();
    for (const mode of ["cold", "hot"] as const) {
      const { rounds, rejections } = await measurer.time(kernels, { rounds: 15, threads, mode }, signal);
      expect(rejections).toEqual([undefined, undefined, undefined, undefined]);
      expect(rounds).toHaveLength(15);
      const best = kernels.map((_, i) => Math.min(...rounds.map(({ ns }) => ns[i] as number)));
      const [quick = 0, slow = 0, slower = 0, same = 0] = best;
      expect(slower).toBeGreaterThan(slow * 1.3);
      expect(slow).toBeGreaterThan(quick * 1.5);
      expect(Math.max(same, quick) / Math.min(same, quick)).toBeLessThan(1.5);
      expect(rounds.every(({ referenceNs }) => referenceNs > 1000)).toBe(true);
    }
  },
);

test.skipIf(skip)("a kernel that crashes under the clock is found; the others are timed", async () => {
  const { rounds, rejections } = await measurerWith().time(
    [fine, crashing, tableCase(delay(1000))],
    { rounds: 3, threads: 1, mode: "hot" },
    signal,
  );
  expect(rejections.map((rejection) => rejection?.status)).toEqual([undefined, "run", undefined]);
  expect(rounds).toHaveLength(3);
  for (const { ns } of rounds) expect(ns.map(Number.isNaN)).toEqual([false, true, false]);
});

test.skipIf(skip)("an abort ends the process that hangs, at once", async () => {
  const abort = new AbortController();
  const measurer = measurerWith(60);
  const checked = measurer.verify([fine, hanging], 1, abort.signal);
  setTimeout(() => abort.abort(new Error("enough")), 700);
  const start = Date.now();
  await expect(checked).rejects.toThrow("enough");
  expect(Date.now() - start).toBeLessThan(5000);
});

/** Processes that run a script of the timer for a parent. */
function timersOf(parent: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, ppid] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
        return Number(ppid) === parent && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("timer");
      } catch {
        return false;
      }
    });
}

test.skipIf(skip || process.platform !== "linux")(
  "a hanging process does not outlive a parent that was killed",
  async () => {
    const script = `
    import { startKernelMeasurer } from ${JSON.stringify(new URL("../../../dist/targets/cpu/kernel-measurer.js", import.meta.url).href)};
    const kernel = { name: "hang", code: Uint8Array.from([0xeb, 0xfe]), listing: () => "", features: [], extent: 1,
      grain: 1, scratchBytes: 0, arguments: [{ name: "y", bytes: 1, access: "write", alignment: 1 }] };
    const kernelCase = { kernel, correctness: "exact", buffers: {}, parameters: { numbers: {}, tables: {} },
      constants: {}, expected: () => undefined };
    await startKernelMeasurer({ l2KiB: 512 }).verify([kernelCase], 1, new AbortController().signal);`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
    const until = async (condition: () => boolean): Promise<void> => {
      for (let i = 0; i < 100 && !condition(); i++) await new Promise((done) => setTimeout(done, 100));
    };
    let timers: readonly number[] = [];
    await until(() => (timers = timersOf(parent.pid as number)).length > 0);
    expect(timers).toHaveLength(1);
    // Time for the kernel to be loaded and to hang.
    await new Promise((done) => setTimeout(done, 1000));
    parent.kill("SIGKILL");
    const isGone = (): boolean => {
      try {
        return /\) Z/.test(readFileSync(`/proc/${timers[0]}/stat`, "utf8"));
      } catch {
        return true;
      }
    };
    await until(isGone);
    expect(isGone()).toBe(true);
  },
);

test.skipIf(skip)(
  "the tuner finds the quickest kernel on the real clock, and a warm run starts no process",
  async () => {
    const template: Template = {
      ...{ name: "delay", version: 1, correctness: "exact" },
      matches: (workload): workload is Workload => workload.op === "delay",
      space: () => ({
        parameters: [{ name: "turns", values: [500, 1000, 4000, 8000, 12_000, 16_000, 20_000] }],
        legal: () => true,
      }),
      seed: () => ({ turns: 12_000 }),
      emit: (_, { turns = 1 }): Kernel => tableCase(turns === 1000 ? "0f0b" : delay(turns), `delay ${turns}`).kernel,
      // Blind: only measuring tells.
      cost: () => 1,
    };
    const records: ScheduleRecord[] = [];
    const run = async (measurer: KernelMeasurer) =>
      tuneWorkloads(
        [
          {
            ...{ label: "delay", workload: { op: "delay" }, templates: [template], uses: 1, threads: 1 },
            cases: () => [fine],
          },
        ],
        {
          ...{
            cache: makeScheduleCache(records, (added) => records.push(...added)),
            device,
            toolchain: { emitter: "t" },
          },
          ...{
            measureBounds: async () => () => 100,
            mode: "cold",
            measurer,
            reporter: { handle: () => undefined },
            clock: systemClock,
            signal,
            seed: 1,
          },
          ...{ search: guidedSearch, effort: tuningEfforts.default, tool: "0", now: () => new Date().toISOString() },
        },
        Infinity,
      );
    const [cold] = await run(measurerWith());
    expect(cold?.found?.candidate.point).toEqual({ turns: 500 });
    expect(records.filter((record) => record.kind === "trial" && record.status === "run")).toHaveLength(1);
    const [warm] = await run({
      close: () => undefined,
      verify: () => Promise.reject(new Error("nothing is measured")),
      time: () => Promise.reject(new Error("nothing is measured")),
    });
    expect(warm).toMatchObject({ source: "replayed", ns: cold?.ns, found: { code: cold?.found?.code } });
  },
);
