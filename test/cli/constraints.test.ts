import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCli } from "../../src/cli/main.ts";
import type { CompileReport } from "../../src/events.ts";
import { parseModel } from "../../src/ir/index.ts";
import { saveModel } from "../../src/onnx/index.ts";

const work = mkdtempSync(join(tmpdir(), "cli-constraints-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const model = "opset 17 graph g { in %x: float32[1, 64] %a = Identity(%x) %y = Relu(%a) out %y }";
const fast = ["--precision", "fp32", "--tune", "quick", "--budget", "300ms", "--threads", "1"];

/** Runs `optimize` on a small model, all runs on the same records. */
async function optimize(...flags: readonly string[]): Promise<{ readonly code: number; readonly err: string }> {
  const { path } = await saveModel(parseModel(model), join(work, "m.onnx"));
  let err = "";
  const code = await runCli(["optimize", path, "-o", join(work, "m.opt.onnx"), ...flags], {
    stdout: () => undefined,
    stderr: (text) => void (err += text),
    signal: new AbortController().signal,
  });
  return { code, err };
}

const report = (): CompileReport => JSON.parse(readFileSync(join(work, "m.report.json"), "utf8")) as CompileReport;

test("constraints that are met are exit code 0, one that is not is exit code 3, with JUnit telling which", async () => {
  const junit = join(work, "junit.xml");
  const limits = ["--max-memory", "1GiB", "--max-latency", "1s", "--percentile", "p99", "--min-throughput", "1"];
  const met = await optimize(...fast, ...limits, "--max-energy", "1J", "--price-per-hour", "0.17", "--junit", junit);
  expect([met.code, met.err]).toEqual([0, expect.stringMatching(/cost\/1M[^]*met: --max-latency 1s \(p99 latency/)]);
  expect(readFileSync(junit, "utf8")).toContain('failures="0"');
  for (const [flag, value] of [
    ["--max-memory", "1B"],
    ["--min-throughput", "1000000000"],
    ["--max-energy", "0.000001uJ"],
    ["--max-latency", "0.001us"],
  ] as const) {
    const missed = await optimize(...fast, flag, value, "--junit", junit);
    expect([missed.code, missed.err]).toEqual([3, expect.stringContaining(`${flag} ${value}: `)]);
    expect(readFileSync(junit, "utf8")).toContain(`name="constraint ${flag} ${value}"`);
    expect(report().choice.measured).toBe("replayed");
  }
}, 60_000);

test("the size that is judged is that of the file, to the byte", async () => {
  const { code } = await optimize(...fast, "--tune", "off", "--max-size", "1MB");
  expect(code).toBe(0);
  const { constraints, output, forms } = report();
  const { size } = statSync(join(work, "m.opt.onnx"));
  const judged = constraints[0]?.forms.find(({ form }) => form === output.form)?.value;
  expect([output.form, judged, output.bytes]).toEqual(["float", size, size]);
  expect(forms.find(({ name }) => name === "float")?.bytes).toBe(size);
  expect((await optimize(...fast, "--tune", "off", "--max-size", `${size}B`)).code).toBe(0);
  expect((await optimize(...fast, "--tune", "off", "--max-size", `${size - 1}B`)).code).toBe(3);
}, 60_000);

test("a profile presets, flags win", async () => {
  const { code } = await optimize(...fast, "--profile", "edge", "--max-memory", "1GB", "--objective", "memory");
  expect(code).toBe(0);
  const { objective, constraints, options } = report();
  expect([objective, options["threads"]]).toEqual(["memory", [1]]);
  expect(constraints.map(({ constraint }) => constraint)).toEqual(["--max-size 16MiB", "--max-memory 1GB"]);
}, 60_000);

test.each([
  ["--max-memory", "200"],
  ["--max-latency", "5 ms"],
  ["--min-throughput", "fast"],
  ["--min-throughput", "0"],
  ["--percentile", "p42"],
  ["--objective", "speed"],
  ["--profile", "desktop"],
  ["--max-energy", "5W"],
  ["--price-per-hour", "-1"],
])("%s %s is refused with exit code 2", async (flag, value) => {
  const { code, err } = await optimize(flag, value);
  expect([code, err]).toEqual([2, expect.stringMatching(/IO09(02|10)/)]);
});
