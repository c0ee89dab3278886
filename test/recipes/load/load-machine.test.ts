import { expect, test } from "vitest";
import { allowedCpus } from "../../../src/exec/index.ts";
import { keepBusy, spreadCpus } from "../../../src/recipes/load/load-instances.ts";
import { processMachine } from "../../../src/recipes/load/process-machine.ts";
import type { ModelInstance } from "../../../src/runtime/index.ts";

test("instances get CPUs of their own, or none where there are too few", () => {
  expect(spreadCpus([0, 2, 4, 6, 7], 2, 2)).toEqual([
    [0, 2],
    [4, 6],
  ]);
  expect(spreadCpus([0, 1], 2, 2)).toBeUndefined();
  expect(spreadCpus(undefined, 1, 1)).toBeUndefined();
});

test.skipIf(process.platform !== "linux")("Linux tells the CPUs of this process", () => {
  const cpus = allowedCpus() ?? [];
  expect(cpus.length).toBeGreaterThan(0);
  expect(cpus.every(Number.isInteger)).toBe(true);
});

test("cores are kept busy for as long as a load lasts, until the process ends", async () => {
  let spins = 0;
  const request = (): Promise<never> =>
    ++spins < 5 ? Promise.resolve({} as never) : Promise.reject(new Error("the process ended"));
  await keepBusy({ request });
  expect(spins).toBe(5);
});

/** A stand-in for a process: batches end when they are told to. */
function instance(): { readonly instance: ModelInstance; end(error?: Error): void } {
  let settle: { resolve(): void; reject(error: Error): void } | undefined;
  return {
    instance: {
      isRunning: true,
      request: () =>
        new Promise((resolve, reject) => (settle = { resolve: () => resolve({ ns: 1 } as never), reject })),
      stop: () => undefined,
    },
    end: (error) => (error === undefined ? settle?.resolve() : settle?.reject(error)),
  };
}

test("waiting ends at its time, or when a batch ends; a batch that fails is thrown", async () => {
  const { instance: one, end } = instance();
  const machine = processMachine([one]);
  const until = machine.now() + 5e6;
  await machine.wait(until);
  expect(machine.now()).toBeGreaterThanOrEqual(until);
  let done = 0;
  machine.start(0, 1, () => done++);
  expect(machine.running).toBe(1);
  setTimeout(() => end(), 5);
  await machine.wait(machine.now() + 60e9);
  expect([done, machine.running]).toEqual([1, 0]);
  machine.start(0, 1, () => done++);
  setTimeout(() => end(new Error("out of memory")), 5);
  await expect(machine.wait(undefined)).rejects.toThrow("out of memory");
  expect([done, machine.running]).toEqual([1, 0]);
});
