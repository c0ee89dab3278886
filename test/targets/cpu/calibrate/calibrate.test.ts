import { describe, expect, test } from "vitest";
import type { Measurer, Point, TuningRecords } from "../../../../src/schedule/index.ts";
import { legalPoints, makeScheduleCache } from "../../../../src/schedule/index.ts";
import { measureFigures, recordedFigures } from "../../../../targets/cpu/calibrate/calibrate.ts";
import { calibratedTemplates } from "../../../../targets/cpu/calibrate/calibrated-templates.ts";
import { measureRates, recordedRates } from "../../../../targets/cpu/calibrate/device-rates.ts";
import { fittedOn } from "../../../../targets/cpu/calibrate/fitted-on.ts";
import { microKernel } from "../../../../targets/cpu/calibrate/micro-kernels.ts";
import type { CoreFigureName } from "../../../../targets/cpu/templates/core-figures.ts";
import { coreFigureNames } from "../../../../targets/cpu/templates/core-figures.ts";
import { templatesFor } from "../../../../targets/cpu/select.ts";
import type { ConvWorkload } from "../../../../targets/cpu/workload.ts";
import { canRun, hostMissing, runKernel } from "../run-kernel.ts";
import { integerIsas, testDevice } from "../test-devices.ts";

const stamp = { tool: "test", now: () => "2026-01-01T00:00:00.000Z" };
const { signal } = new AbortController();
const zen4 = testDevice(integerIsas.avx512vnni);
const zen5 = testDevice(integerIsas.avx512vnni, { family: 26 });

/** A machine so many times as fast as the one the models were fitted on; counts what it is asked to time. */
function machine(speeds: Partial<Record<CoreFigureName, number>>, device = zen4) {
  const state = { timed: 0 };
  const referenceNs = 20_000;
  const measurer: Measurer = {
    verify: async (kernels) => kernels.map(() => undefined),
    time: async (kernels, { rounds }) => {
      state.timed += kernels.length;
      const ns = coreFigureNames.map(
        (name) => (fittedOn.avx512vnni[name] * microKernel(name, device).work * referenceNs) / (speeds[name] ?? 1),
      );
      // A little slower in every round but the first.
      return {
        rounds: Array.from({ length: rounds }, (_, i) => ({ ns: ns.map((t) => t * (1 + i / 50)), referenceNs })),
        rejections: [],
      };
    },
  };
  const records: TuningRecords = { cache: makeScheduleCache([]), device, toolchain: {}, mode: "cold" };
  return { measurer, records, state };
}

const conv: ConvWorkload = {
  ...{ op: "conv-u8s8", rows: 28, columns: 28, inputs: 128, outputs: 128, weights: "oihw", bias: true },
  window: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] },
  x: { row: 30 * 128, pixel: 128 },
  y: { row: 28 * 128, pixel: 128 },
  epilogue: { out: "u8", table: false, residual: undefined },
};

describe("figures of a machine", () => {
  test("are measured once, and known from the records after", async () => {
    const { measurer, records, state } = machine({ dots: 0.5, l2: 0.25, loads: 1.05, l3: 1000 });
    expect(recordedFigures(records)).toBeUndefined();
    const figures = await measureFigures(measurer, records, stamp, signal);
    // Rounded to quarters of an octave, three octaves at most.
    expect(figures).toEqual({ dots: 0.5, latency: 1, fmas: 1, loads: 1, l2: 0.25, l3: 8 });
    expect(state.timed).toBe(coreFigureNames.length);
    expect(records.cache.records.map(({ kind }) => kind)).toEqual(coreFigureNames.map(() => "trial"));
    const read = { ...records, cache: makeScheduleCache([...records.cache.records].reverse()) };
    expect(recordedFigures(read)).toEqual(figures);
    expect(await measureFigures(measurer, read, stamp, signal)).toEqual(figures);
    expect(state.timed).toBe(coreFigureNames.length);
    expect(recordedFigures({ ...read, device: zen5 })).toBeUndefined();
  });

  test("that were not measured wholly are not used", async () => {
    const { measurer, records } = machine({});
    const failing: Measurer = {
      ...measurer,
      time: async (...request) => {
        const batch = await measurer.time(...request);
        return {
          ...batch,
          rounds: batch.rounds.map((round) => ({ ...round, ns: round.ns.map((ns, i) => (i === 4 ? Number.NaN : ns)) })),
        };
      },
    };
    expect(await measureFigures(failing, records, stamp, signal)).toBeUndefined();
  });
});

describe("rankings", () => {
  const [igemm] = templatesFor(conv, zen4, true);
  if (igemm === undefined) throw new Error("no template");
  const points = [...legalPoints(igemm.space(conv, zen4))];

  /** Points by the time predicted for them. */
  const ranking = (costOf: (point: Point) => number): readonly number[] => {
    const costs = points.map(costOf);
    return points.map((_, i) => i).sort((a, b) => (costs[a] ?? 0) - (costs[b] ?? 0) || a - b);
  };

  /** Spearman's rank correlation. */
  const correlation = (a: readonly number[], b: readonly number[]): number => {
    const place = new Map(b.map((point, i) => [point, i]));
    const distance = a.reduce((sum, point, i) => sum + (i - (place.get(point) ?? 0)) ** 2, 0);
    return 1 - (6 * distance) / (a.length * (a.length ** 2 - 1));
  };

  test("are those of the machine that was measured, not of the family it says it is of", async () => {
    // In truth this machine is the one that the models were fitted on.
    const truth = ranking((point) => igemm.cost(conv, point, zen5));
    const { measurer, records } = machine({});
    const figures = await measureFigures(measurer, records, stamp, signal);
    const [calibrated] = calibratedTemplates(
      () => [igemm],
      () => figures,
    )(conv);
    const byFamily = ranking((point) => igemm.cost(conv, point, zen4));
    const byFigures = ranking((point) => calibrated?.cost(conv, point, zen4) ?? 0);
    expect(correlation(byFamily, truth)).toBeLessThan(0.999);
    expect(byFigures).toEqual(truth);
  });

  test("without figures are those of the family, and each template is calibrated once", () => {
    const offer = calibratedTemplates(
      () => [igemm],
      () => undefined,
    );
    const [calibrated] = offer(conv);
    expect(offer(conv)[0]).toBe(calibrated);
    for (const point of points.slice(0, 20))
      expect(calibrated?.cost(conv, point, zen4)).toBe(igemm.cost(conv, point, zen4));
  });

  test.each(coreFigureNames.filter((name) => name !== "fmas"))("move with %s", (name) => {
    // Weights come from the third cache where the second is small.
    const device = name === "l3" ? { ...zen4, l2KiB: 64 } : zen4;
    const costs = (speed: number): number =>
      points.reduce((sum, point) => sum + igemm.cost(conv, point, device, { [name]: speed }), 0);
    expect(costs(0.5)).toBeGreaterThan(costs(1));
  });
});

test("what the roofline needs beside is no part of the figures that rank kernels", async () => {
  const { measurer, records } = machine({});
  const figures = await measureFigures(measurer, records, stamp, signal);
  expect(recordedRates(records)).toBeUndefined();
  const asked: string[] = [];
  const rating: Measurer = {
    ...measurer,
    time: async (kernels, { rounds }) => {
      asked.push(...kernels.map(({ kernel }) => kernel.name));
      // A millisecond for whatever it is.
      return {
        rounds: Array.from({ length: rounds }, () => ({ ns: kernels.map(() => 1e6), referenceNs: 20_000 })),
        rejections: kernels.map(() => undefined),
      };
    },
  };
  await measureRates(rating, records, stamp, signal);
  expect(asked.slice(1)).toEqual(["calibrate memory", "calibrate stores"]);
  expect(recordedFigures(records)).toEqual(figures);
  const bytes = 128 << 20;
  expect(recordedRates(records)).toMatchObject({ memory: bytes * 1e3, stores: bytes * 1e3 });
  await measureRates(rating, records, stamp, signal);
  expect(asked).toHaveLength(3);
});

describe.skipIf(hostMissing !== undefined).each(Object.entries(integerIsas))("microbenchmarks on %s", (_, isa) => {
  test.skipIf(!canRun(isa)).each(coreFigureNames)("%s run", (name) => {
    const { kernel, work } = microKernel(name, testDevice(isa, { l2KiB: name === "l2" ? 0 : 256 }));
    expect(work).toBeGreaterThan(1000);
    const written = runKernel(
      kernel,
      Object.fromEntries(
        kernel.arguments.filter((a) => a.access === "read").map((a) => [a.name, new Uint8Array(a.bytes)]),
      ),
    );
    expect(written["y"]?.every((byte) => byte === 0)).toBe(true);
  });
});
