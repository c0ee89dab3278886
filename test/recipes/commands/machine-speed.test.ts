import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { inspectCost } from "../../../src/recipes/index.ts";
import { speedFindings } from "../../../src/recipes/commands/examine-speed.ts";
import type { MachineSpeed } from "../../../src/recipes/commands/machine-speed.ts";
import { machineSpeed } from "../../../src/recipes/commands/machine-speed.ts";
import { hostMissing } from "../../targets/cpu/run-kernel.ts";

const folder = mkdtempSync(join(tmpdir(), "infer-opt-speed-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { signal } = new AbortController();

async function known(query: Omit<Parameters<typeof machineSpeed>[0], "signal">): Promise<MachineSpeed> {
  const speed = await machineSpeed({ ...query, signal });
  if ("missing" in speed) throw new Error(speed.missing);
  return speed;
}

describe.skipIf(hostMissing !== undefined)("speed of this machine", () => {
  const file = join(folder, "speed.schedule.jsonl");

  test("is measured once, kept, and read ever after: by inspect --cost too", async () => {
    const measured = await known({ records: [file], measure: "keep" });
    const { rates } = measured;
    expect(rates).toMatchObject({ file, at: expect.stringMatching(/^\d{4}-/) });
    for (const rate of [rates?.int8, rates?.float32, rates?.memory, rates?.stores]) expect(rate).toBeGreaterThan(1e7);
    // A product of bytes is never slower than one of float32, and no core reads a hundred terabytes a second.
    expect(rates?.int8).toBeGreaterThan(rates?.float32 ?? Infinity);
    expect(rates?.memory).toBeLessThan(1e14);
    const lines = readFileSync(file, "utf8");
    expect(await known({ records: [file] })).toEqual(measured);
    expect(await known({ records: [file], measure: "keep" })).toEqual(measured);
    expect(readFileSync(file, "utf8")).toBe(lines);
    const { machine } = await inspectCost("examples/cost-by-hand/product.onnx", { records: [file] });
    expect(machine).toEqual(rates);
  });

  test("is the newest of several caches", async () => {
    const aged = join(folder, "aged.schedule.jsonl");
    writeFileSync(aged, readFileSync(file, "utf8").replaceAll(/"at":"\d{4}/g, '"at":"2001'));
    const { rates, figures } = await known({ records: [aged, file] });
    expect([rates?.file, figures?.file]).toEqual([file, file]);
    expect((await known({ records: [aged] })).rates).toMatchObject({ file: aged, at: expect.stringMatching(/^2001/) });
  });

  test("is not known of other machines", async () => {
    const other = join(folder, "other.schedule.jsonl");
    writeFileSync(
      other,
      readFileSync(file, "utf8")
        .replaceAll(/"family":\d+/g, '"family":1')
        .replaceAll(/"key":"\w+"/g, '"key":"0"'),
    );
    expect(await known({ records: [other] })).toEqual({});
  });
});

test("records that are not there, and files that are none, are IO0802", async () => {
  const code = "IO0802";
  await expect(machineSpeed({ records: [join(folder, "none.jsonl")], signal })).rejects.toMatchObject({
    diagnostic: { code },
  });
  const text = join(folder, "text.jsonl");
  writeFileSync(text, "no records\n");
  await expect(machineSpeed({ records: [text], measure: "keep", signal })).rejects.toMatchObject({
    diagnostic: { code },
  });
});

test("findings tell figures with their age and their file, or how to get them", () => {
  const now = new Date("2026-03-04T12:00:00Z");
  const at = { at: "2026-03-01T11:00:00Z", tool: "0.1.0" };
  const [calibration, roofline] = speedFindings(
    {
      figures: { ...at, relative: { dots: 1, l2: 0.8408964152537145 }, file: "a.schedule.jsonl" },
      rates: { ...at, int8: 400.4e9, float32: 100e9, memory: 12.3e9, stores: 8e9 },
    },
    now,
  );
  expect(calibration?.detail).toBe(
    "dots 1, l2 0.841 (times as fast as the machine that kernels' cost models were fitted on); measured 3 days ago by infer-opt 0.1.0, kept in a.schedule.jsonl",
  );
  expect(roofline?.detail).toBe(
    "one thread: 400 GMAC/s of int8, 100 GMAC/s of float32, 12.30 GB/s read from memory, 8.00 GB/s stored to it; measured now",
  );
  expect(roofline?.data).toMatchObject({ int8: 400.4e9 });
  for (const finding of speedFindings({}, now))
    expect(finding).toMatchObject({
      ok: true,
      detail: "not measured yet",
      advice: expect.stringContaining("--measure"),
    });
  for (const finding of speedFindings({ missing: "no library" }, now))
    expect(finding).toMatchObject({ ok: false, optional: true, detail: "no library" });
});
