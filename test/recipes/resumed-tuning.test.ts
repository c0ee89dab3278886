import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { CompileEvent, FormTuningReport, RunControl } from "../../src/events.ts";
import { noControl } from "../../src/events.ts";
import { compile, completeOptions } from "../../src/index.ts";
import type { ScheduleRecord } from "../../src/schedule/index.ts";

const work = mkdtempSync(join(tmpdir(), "resumed-tuning-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const labels = { precision: "precision of layers", session: "session options" } as const;

interface Outcome {
  readonly tuning: FormTuningReport;
  readonly measured: string;
  readonly events: readonly CompileEvent[];
  readonly bytes: Buffer;
  readonly records: readonly ScheduleRecord[];
}

/** Optimizes in a folder; a run that `isMoment` picks a moment of is stopped there, as by a key or as by a signal. */
async function optimize(
  folder: string,
  isMoment: (event: CompileEvent) => boolean = () => false,
  by: "key" | "signal" = "key",
): Promise<Outcome> {
  const events: CompileEvent[] = [];
  const abort = new AbortController();
  let isStopping = false;
  const control: RunControl = {
    ...noControl,
    get isStopping() {
      return isStopping;
    },
  };
  const handle = (event: CompileEvent): void => {
    events.push(event);
    const isNow = isMoment(event);
    if (isNow && by === "signal") abort.abort(new Error("interrupted"));
    else isStopping ||= isNow;
  };
  const output = join(work, folder);
  const options = { randomCalib: true, calibMethod: "minmax", tune: "default", budget: "2500ms", threads: [1], output };
  const { report } = await compile(
    resolve("examples/models/residual-cnn.onnx"),
    completeOptions(options as Parameters<typeof completeOptions>[0]),
    { reporter: { handle }, signal: abort.signal, control },
  );
  return {
    ...{ tuning: report.formTuning ?? {}, measured: report.choice.measured, events },
    bytes: readFileSync(join(output, "residual-cnn.opt.onnx")),
    records: recordsOf(folder),
  };
}

function recordsOf(folder: string): readonly ScheduleRecord[] {
  const lines = readFileSync(join(work, folder, "residual-cnn.schedule.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as ScheduleRecord);
}

const trialsIn = ({ events }: Pick<Outcome, "events">, what: keyof typeof labels): number =>
  events.filter((event) => event.type === "trial" && event.workload === labels[what]).length;

const measuring = new Set(["trial", "measured", "accuracy", "noise"]);
const measurements = ({ events }: Outcome): number => events.filter(({ type }) => measuring.has(type)).length;

const decisions = ({ records }: Pick<Outcome, "records">, scope: string): number =>
  records.filter((record) => record.kind === "choice" && record.scope === scope).length;

const isTrialOf =
  (what: keyof typeof labels) =>
  (event: CompileEvent): boolean =>
    event.type === "trial" && event.workload === labels[what];

test("a search that a person ended is no decision: the next run goes on with its trials, and one after that measures nothing", async () => {
  const stopped = await optimize("keys", isTrialOf("precision"));
  expect(stopped.tuning.precision).toMatchObject({ endedBy: "stopped" });
  expect(stopped.tuning.precision?.reason).toContain("stopped on request");
  expect(stopped.tuning.session).toBeUndefined();
  expect(decisions(stopped, "precision")).toBe(0);

  // Goes on with the precision of layers, and is stopped where it looks for the options of a session.
  const resumed = await optimize("keys", isTrialOf("session"));
  const started = resumed.events.find(
    (event) => event.type === "tuning-started" && event.workload === labels.precision,
  );
  expect(started).toMatchObject({ known: trialsIn(stopped, "precision") });
  expect(trialsIn(resumed, "precision")).toBeGreaterThan(0);
  expect(resumed.tuning.session).toMatchObject({ endedBy: "stopped" });
  expect([decisions(resumed, "precision"), decisions(resumed, "session")]).toEqual([1, 0]);

  const last = await optimize("keys");
  expect([last.measured, trialsIn(last, "precision")]).toEqual(["replayed", 0]);
  expect(trialsIn(last, "session")).toBeGreaterThan(0);
  expect([decisions(last, "precision"), decisions(last, "session")]).toEqual([1, 1]);
  expect(last.tuning.precision).toEqual(resumed.tuning.precision);

  const warm = await optimize("keys");
  expect([measurements(warm), warm.measured]).toEqual([0, "replayed"]);
  expect(warm.records.length).toBe(last.records.length);
  expect(warm.bytes.equals(resumed.bytes)).toBe(true);
  expect(warm.tuning).toEqual(last.tuning);
}, 120_000);

test("a signal in the search leaves the trials that were finished, and no decision", async () => {
  await expect(optimize("signal", isTrialOf("precision"), "signal")).rejects.toThrow("interrupted");
  const records = recordsOf("signal");
  expect(records.filter(({ kind }) => kind === "trial").length).toBeGreaterThan(0);
  expect(decisions({ records }, "precision") + decisions({ records }, "kernel")).toBe(0);
}, 60_000);
