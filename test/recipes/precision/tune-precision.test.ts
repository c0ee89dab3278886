import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { UserOptions } from "../../../src/config/index.ts";
import type { CompileEvent } from "../../../src/events.ts";
import type { CompileReport } from "../../../src/index.ts";
import { compile, completeOptions } from "../../../src/index.ts";
import { renderReport } from "../../../src/report/index.ts";

const work = mkdtempSync(join(tmpdir(), "tune-precision-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function optimize(
  options: UserOptions,
): Promise<{ readonly report: CompileReport; readonly events: readonly CompileEvent[]; readonly bytes: Buffer }> {
  const events: CompileEvent[] = [];
  const { report } = await compile(
    resolve("examples/models/residual-cnn.onnx"),
    completeOptions({
      ...{ randomCalib: true, calibMethod: "minmax", tune: "quick", budget: "2s", threads: [1, 2] },
      ...{ output: work },
      ...options,
    }),
    { reporter: { handle: (event) => void events.push(event) }, signal: new AbortController().signal },
  );
  return { report, events, bytes: readFileSync(join(work, "residual-cnn.opt.onnx")) };
}

const measuring = ["trial", "measured", "accuracy", "noise"];
const countOf = (events: readonly CompileEvent[]): number =>
  events.filter(({ type }) => measuring.includes(type)).length;

/** A replayed report tells what the run that measured told, and from when it is. */
function expectSameFigures(replayed: CompileReport, measured: CompileReport): void {
  const histories = (report: CompileReport): unknown => report.tuning.map(({ recordedAt: _, ...history }) => history);
  expect(histories(replayed)).toEqual(histories(measured));
  expect(measured.tuning.every(({ recordedAt }) => recordedAt === undefined)).toBe(true);
  expect(replayed.tuning.every(({ recordedAt = "" }) => recordedAt < (measured.choice.measuredAt ?? ""))).toBe(true);
  expect([measured.choice.measured, replayed.choice.measured]).toEqual(["now", "replayed"]);
  expect(replayed.choice.measuredAt).toBe(measured.choice.measuredAt);
  for (const part of ["quantization", "formTuning", "layerAccuracy", "forms", "constraints", "noise"] as const)
    expect(replayed[part], part).toEqual(measured[part]);
  const titles = (report: CompileReport): readonly string[] =>
    [...renderReport(report).matchAll(/<h2>([^<]*)<\/h2>/g)].map(([, title]) => title ?? "");
  expect(titles(measured)).toContain("Tuning");
  expect(titles(replayed)).toEqual(titles(measured));
}

test("what was tuned once is not measured again, whatever is chosen by, and ends a reproducible run where it is missing", async () => {
  const first = await optimize({});
  const tried = first.events.flatMap((event) => (event.type === "trial" ? [event.threads] : []));
  // A quick search leaves more threads to the proof.
  expect(new Set(tried)).toEqual(new Set([1]));
  expect(first.report.formTuning?.precision?.groups.length).toBeGreaterThan(2);
  const again = await optimize({});
  expect(countOf(again.events)).toBe(0);
  expect(again.bytes.equals(first.bytes)).toBe(true);
  expectSameFigures(again.report, first.report);
  const reproduced = await optimize({ reproducible: true });
  expect(countOf(reproduced.events)).toBe(0);
  expect(reproduced.bytes.equals(first.bytes)).toBe(true);
  const others: readonly UserOptions[] = [{ objective: "size" }, { maxSize: "1MB", reproducible: true }];
  for (const options of others) {
    const { report, events } = await optimize(options);
    expect([countOf(events), report.choice.measured]).toEqual([0, "replayed"]);
  }
  const schedule = join(work, "residual-cnn.schedule.jsonl");
  const lines = readFileSync(schedule, "utf8").split("\n");
  writeFileSync(schedule, lines.filter((line) => !line.includes('"scope":"precision"')).join("\n"));
  await expect(optimize({ reproducible: true })).rejects.toThrow("IO0803");
}, 120_000);
