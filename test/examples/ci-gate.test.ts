import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const work = mkdtempSync(join(tmpdir(), "infer-opt-gate-"));
afterAll(() => rmSync(work, { recursive: true }));

const models = resolve("examples/models");
const evaluation = resolve("calibration-data/characters/evaluation");

/** Runs the gate in a clean folder, as a CI job would. */
function gate(
  name: string,
  options: Readonly<Record<string, string>>,
): { code: number | null; folder: string; errors: string } {
  const folder = join(work, name);
  const { status, stderr } = spawnSync("bash", [resolve("examples/ci/gate.sh")], {
    cwd: work,
    encoding: "utf8",
    env: {
      ...{ PATH: process.env["PATH"], HOME: work, OUTPUT: folder, MODEL: resolve(models, "residual-cnn.onnx") },
      ...{ GITHUB_STEP_SUMMARY: join(work, `${name}.md`), TUNE: "quick" },
      INFER_OPT: `${process.execPath} ${resolve("bin/infer-opt.js")}`,
      ...options,
    },
  });
  return { code: status, folder, errors: stderr };
}

const data = {
  CALIB_DATA: resolve("calibration-data/characters/calibration"),
  PREPROCESS: "scale=1/255,mean=0.5,std=0.5",
};

test(
  "a faster model passes, its records rebuild the same bytes, and a slower one that follows fails",
  { timeout: 240_000 },
  () => {
    const records = join(work, "net.schedule.jsonl");
    const first = gate("passes", { ...data, RECORDS: records });
    expect(first.code, first.errors).toBe(0);
    expect(readFileSync(join(first.folder, "infer-opt.xml"), "utf8")).toContain('failures="0"');
    expect(readFileSync(join(work, "passes.md"), "utf8")).toContain("**Passed**");
    expect(existsSync(join(first.folder, "residual-cnn.report.html"))).toBe(true);
    const calib = join(first.folder, "residual-cnn.calib.json");
    const again = gate("rebuilt", { ...data, RECORDS: records, CALIB: calib, MODE: "reproduce" });
    expect(again.code, again.errors).toBe(0);
    const [a, b] = [first, again].map(({ folder }) => readFileSync(join(folder, "residual-cnn.opt.onnx")));
    expect(a?.equals(b ?? Buffer.of())).toBe(true);

    // The last release was INT8; without data to calibrate on, the next one is float again: as accurate, and slower.
    const released = join(first.folder, "residual-cnn.opt.onnx");
    const slower = gate("slower", { EVAL_DATA: evaluation, PREPROCESS: data.PREPROCESS, BASELINE: released });
    expect(slower.code, slower.errors).toBe(3);
    expect(readFileSync(join(slower.folder, "infer-opt.xml"), "utf8")).toMatch(
      /failures="[12]"[^]*type="IO0913" message="not as good as [^"]*: speed at 1 thread/,
    );
    expect(readFileSync(join(work, "slower.md"), "utf8")).toMatch(/exit code 3[^]*IO0913: .*speed at 1 thread/);
    expect(readFileSync(join(slower.folder, "infer-opt.xml"), "utf8")).not.toContain("accuracy: top1 falls");

    const held = gate("held", { ...data, RECORDS: records, CALIB: calib, MODE: "reproduce", BASELINE: released });
    expect(held.code, held.errors).toBe(0);
    expect(readFileSync(join(held.folder, "baseline.xml"), "utf8")).toContain('failures="0"');
  },
);

test("a model that is less accurate than the last release fails", { timeout: 120_000 }, () => {
  const options = {
    EVAL_DATA: evaluation,
    PREPROCESS: data.PREPROCESS,
    BASELINE: resolve(models, "residual-cnn.onnx"),
    TUNE: "off",
  };
  const { code, folder, errors } = gate("worse", { ...options, MODEL: resolve(models, "tiny-vit.onnx") });
  expect(code, errors).toBe(3);
  expect(readFileSync(join(folder, "infer-opt.xml"), "utf8")).toMatch(
    /type="IO0913" message="not as good as [^"]*: accuracy: top1 falls by [\d.]+ points/,
  );
  expect(readFileSync(join(work, "worse.md"), "utf8")).toMatch(/\*\*Failed with exit code 3\*\*[^]*top1 falls/);
});

test(
  "a model that misses a constraint fails with exit code 3, in the JUnit file and the summary too",
  { timeout: 120_000 },
  () => {
    const { code, folder } = gate("too-large", { MAX_SIZE: "1KB", TUNE: "off" });
    expect(code).toBe(3);
    expect(readFileSync(join(folder, "infer-opt.xml"), "utf8")).toMatch(/failures="1"[\s\S]*type="IO0908"/);
    expect(readFileSync(join(work, "too-large.md"), "utf8")).toContain("**Failed with exit code 3**");
  },
);

test("a gate that is not told what to do says so", () => {
  expect(gate("mode", { MODE: "guess" })).toMatchObject({
    code: 2,
    errors: expect.stringContaining("guess") as unknown,
  });
});
