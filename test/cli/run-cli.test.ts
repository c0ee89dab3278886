import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/main.ts";
import { parseModel } from "../../src/ir/index.ts";
import { saveModel } from "../../src/onnx/index.ts";
import { version } from "../../src/version.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const bin = join(root, "bin", "infer-opt.js");
const tinyVit = join(root, "examples", "models", "tiny-vit.onnx");
const work = mkdtempSync(join(tmpdir(), "cli-test-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const at = (name: string): string => join(work, name);

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function cli(...argv: readonly string[]): Promise<Outcome> {
  let out = "";
  let err = "";
  const code = await runCli(argv, {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

async function small(name: string, operators: string): Promise<string> {
  const text = `opset 17 graph g { in %x: float32[1, 4] ${operators} out %y }`;
  return (await saveModel(parseModel(text), at(`${name}.onnx`))).path;
}

const relu = await small("relu", "%i: float32[1, 4] = Identity(%x) %y: float32[1, 4] = Relu(%i)");
const neg = await small("neg", "%y: float32[1, 4] = Neg(%x)");
const fast = ["--precision", "fp32", "--tune", "off"];

test("usage errors: exit code 2, a code, what, and the nearest name", async () => {
  const cases: readonly (readonly [readonly string[], string, string])[] = [
    [["optimize", relu, "--tun", "off"], "IO0901", 'did you mean "--tune"?'],
    [["optimise", relu], "IO0910", 'did you mean "optimize"?'],
    [["optimize"], "IO0910", "missing required argument"],
    [["optimize", relu, neg], "IO0910", "too many arguments"],
    [["optimize", relu, "--tune"], "IO0910", "argument missing"],
    [["optimize", relu, "--seed", "many"], "IO0910", "an integer is expected"],
    [["optimize", relu, "--seed="], "IO0910", "an integer is expected"],
    [["optimize", relu, "--sample-shape", "X:1x4", ...fast], "IO0210", 'it has "x"'],
    [["optimize", relu, "--sample-shape", "x:1x5", ...fast], "IO0210", "it takes float32[1,4]"],
    [["quantize", relu, "--random-calib", "--nodes-to-exclude", "("], "IO0508", "no regular expression"],
    [["optimize", relu, "--precision", "int3"], "IO0902", "one of auto, fp32, bf16, int8"],
    [["optimize", relu, "--target", "onnxruntim"], "IO0707", 'did you mean "onnxruntime"?'],
    [["optimize", relu, "--skip-passes", "fuse-afine"], "IO0307", 'did you mean "fuse-affine"?'],
    [["optimize", relu, "-o", relu], "IO0904", "overwrite the input"],
    [["prune", relu], "IO0904", "without --sparsity"],
    [["passes", "fuse-afine"], "IO0307", 'did you mean "fuse-affine"?'],
    [["explain", "IO0399"], "IO0905", "did you mean"],
  ];
  for (const [argv, code, text] of cases) {
    const { code: exit, err, out } = await cli(...argv);
    expect([exit, out], argv.join(" ")).toEqual([2, ""]);
    expect(err).toContain(`error ${code}: `);
    expect(err).toContain(text);
    expect(err).not.toContain("    at ");
  }
});

test("bad files: exit code 1, one clear error, nothing written", async () => {
  writeFileSync(at("pointer.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n");
  writeFileSync(at("noise.onnx"), Buffer.from([8, 255, 255, 3, 1, 7, 99, 200]));
  writeFileSync(at("empty.onnx"), "");
  for (const name of ["missing", "pointer", "noise", "empty"]) {
    const { code, err } = await cli("optimize", at(`${name}.onnx`), ...fast);
    expect(code, name).toBe(1);
    expect(err.match(/^error IO\d{4}: /gm), name).toHaveLength(1);
    expect(err).not.toContain("    at ");
    expect(existsSync(at(`${name}.opt.onnx`))).toBe(false);
  }
});

test("an output that cannot be written: exit code 1 with IO0906", async () => {
  const { code, err } = await cli("optimize", relu, "-o", join(relu, "inside"), ...fast);
  expect(code).toBe(1);
  expect(err).toContain("IO0906");
  // Records that cannot be kept are no news after an hour of measuring.
  const records = await cli("optimize", relu, "-o", at("kept"), "--records", join(relu, "r.jsonl"), ...fast);
  expect([records.code, records.err]).toEqual([1, expect.stringContaining("IO0906")]);
  expect(records.err).not.toContain("== load");
});

test("optimize: text for people on stderr, nothing on stdout", async () => {
  const { code, out, err } = await cli("optimize", relu, "-o", at("plain"), ...fast);
  expect([code, out]).toEqual([0, ""]);
  expect(err).toContain("== simplify and fuse");
  expect(err).toContain("nodes 2 -> 1");
  expect(existsSync(join(at("plain"), "relu.opt.onnx"))).toBe(true);
});

test("optimize --json: pure NDJSON on stdout, ending with the report; a fatal error is an event too", async () => {
  const { code, out } = await cli("optimize", relu, "-o", at("json"), "--json", ...fast);
  expect(code).toBe(0);
  const events = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; report?: object });
  expect(events[0]?.type).toBe("phase");
  expect(events.at(-1)).toMatchObject({ type: "finished", report: { output: { form: "float", nodes: 1 } } });
  expect(JSON.parse(readFileSync(join(at("json"), "relu.report.json"), "utf8"))).toMatchObject(
    events.at(-1)?.report ?? {},
  );
  const failed = await cli("optimize", at("missing.onnx"), "--json");
  expect(failed.code).toBe(1);
  expect(JSON.parse(failed.out)).toMatchObject({ type: "diagnostic", diagnostic: { code: "IO0907" } });
});

test("a constraint unmet is exit code 3, and the file is there", async () => {
  const { code, err } = await cli("optimize", relu, "-o", at("tight.onnx"), "--max-size", "10B", ...fast);
  expect(code).toBe(3);
  expect(err).toContain("IO0908");
  expect(existsSync(at("tight.onnx"))).toBe(true);
});

test("--reproducible without records is exit code 6", async () => {
  const { code, err } = await cli("optimize", tinyVit, "-o", at("none"), "--precision", "fp32", "--reproducible");
  expect(code).toBe(6);
  expect(err).toContain("IO0803");
});

test("a config file gives options, flags win, its errors have a pointer, and --save-config writes one that reads back", async () => {
  const config = at("infer-opt.json");
  writeFileSync(config, JSON.stringify({ precision: "fp32", tune: "off", level: "O0", seed: 5 }));
  const saved = at("saved.json");
  const first = await cli("optimize", relu, "-o", at("config.onnx"), "--config", config, "-O1", "--save-config", saved);
  expect(first.code).toBe(0);
  expect(JSON.parse(readFileSync(saved, "utf8"))).toMatchObject({ precision: "fp32", level: "O1", seed: 5 });
  expect((await cli("optimize", relu, "--config", saved)).code).toBe(0);
  writeFileSync(config, JSON.stringify({ threads: [1, "two"] }));
  const bad = await cli("optimize", relu, "--config", config);
  expect(bad.code).toBe(2);
  expect(bad.err).toContain("at /threads/1");
  writeFileSync(config, JSON.stringify({ calibData: 1, presision: "fp32" }));
  expect((await cli("optimize", relu, "--config", config)).err).toMatch(/at \/(calibData|presision)/);
});

test("help and version: on stdout, exit code 0; no command: help, exit code 2", async () => {
  const help = await cli("--help");
  expect(help.code).toBe(0);
  for (const name of ["optimize", "bench", "compare", "inspect", "passes", "targets", "doctor", "explain"])
    expect(help.out).toContain(`  ${name} `);
  expect((await cli("--version")).out).toBe(`${version}\n`);
  expect((await cli()).code).toBe(2);
  const { out } = await cli("optimize", "--help");
  for (const option of ["-o, --output", "--calib-data", "--max-drop", "--reproducible", "--json", "-O, --level"])
    expect(out).toContain(option);
});

test("inspect: for people, as text, as JSON", async () => {
  const people = await cli("inspect", relu);
  expect(people.out).toContain("input  x: float32[1,4]");
  expect(people.out).toContain("operators: Identity 1, Relu 1");
  expect((await cli("inspect", relu, "--text")).out).toContain("%y: float32[1,4] = Relu(%i)");
  expect(JSON.parse((await cli("inspect", relu, "--json")).out)).toMatchObject({ nodes: 2, operators: { Relu: 1 } });
  expect((await cli("inspect", at("missing.onnx"))).code).toBe(1);
});

test("compare: equal models, different models, and a gate", async () => {
  const same = await cli("compare", relu, relu, "--threads", "1");
  expect(same.code).toBe(0);
  expect(same.out).toMatch(/^y +equal +exact/m);
  const other = await cli("compare", relu, neg, "--min-sqnr", "40", "--tune", "off");
  expect(other.code).toBe(3);
  expect(other.out).toMatch(/^y +mismatch/m);
  expect(JSON.parse((await cli("compare", relu, neg, "--json", "--tune", "off")).out)).toMatchObject({
    outputs: [{ name: "y", verdict: "mismatch" }],
  });
});

test("compare --baseline: checks with exit code 3, a JUnit file and a summary", async () => {
  const junit = at("compare.xml");
  const summary = at("compare.md");
  const files = ["--junit", junit, "--job-summary", summary];
  const quick = ["--threads", "1", "--budget", "100ms"];
  const passed = await cli("compare", relu, "--baseline", relu, "--fail-if-slower", "50%", ...quick, ...files);
  expect([passed.code, passed.out]).toEqual([0, expect.stringMatching(/^ok +accuracy +equal on/m)]);
  expect(readFileSync(junit, "utf8")).toContain('<testsuites tests="3" failures="0">');
  const failed = await cli("compare", neg, "--baseline", relu, "--tune", "off", ...files);
  expect([failed.code, failed.out]).toEqual([3, expect.stringMatching(/^FAILED +accuracy /m)]);
  expect(readFileSync(junit, "utf8")).toContain("<failure ");
  expect(readFileSync(summary, "utf8")).toMatch(/\*\*Passed\*\*[^]*\*\*Failed: accuracy\*\*/);
  expect((await cli("compare", relu)).code).toBe(2);
  const renamed = await saveModel(
    parseModel("opset 17 graph g { in %z: float32[1, 4] %y = Relu(%z) out %y }"),
    at("renamed.onnx"),
  );
  const odd = await cli("compare", relu, renamed.path);
  expect([odd.code, odd.err]).toEqual([2, expect.stringContaining('the models take different inputs: "z"')]);
  expect((await cli("compare", relu, neg, "--tune", "off", "--fail-if-slower")).code).toBe(2);
});

test("a baseline or a load result that cannot be read ends a run before its work", async () => {
  writeFileSync(at("damaged.onnx"), "no model");
  const gated = await cli("optimize", relu, ...fast, "--baseline", at("damaged.onnx"), "-o", at("gated"));
  expect([gated.code, gated.err]).toEqual([1, expect.stringContaining("IO0106")]);
  const packed = ["--package", "ort", "--load-result", at("damaged.onnx"), "-o", at("gated")];
  expect((await cli("optimize", relu, ...fast, ...packed)).err).toContain("IO0914");
  expect(existsSync(join(at("gated"), "relu.opt.onnx"))).toBe(false);
});

test("bench: a table, or JSON", async () => {
  const { code, out } = await cli("bench", relu, neg, "--tune", "quick", "--budget", "100ms", "--threads", "1");
  expect(code).toBe(0);
  expect(out).toMatch(/^relu\.onnx .* 1\.000x/m);
  expect(out).toMatch(/^neg\.onnx /m);
  const json = await cli("bench", relu, "--tune", "quick", "--budget", "100ms", "--threads", "1", "--json");
  expect(JSON.parse(json.out)).toMatchObject({ runs: [{ threads: 1, rows: [{ name: "relu.onnx" }] }] });
});

test("bench: limits, percentiles, session options, every time and every node as asked for", async () => {
  const limits = ["--warm-up", "1ms", "--duration", "10ms", "--iterations", "30", "--threads", "1"];
  const session = ["--spinning", "off", "--arena", "off", "--optimization-level", "basic"];
  const argv = ["bench", neg, ...limits, ...session, "--percentiles", "50,99.9", "--profile", "--times"];
  const { code, out } = await cli(...argv, "--json");
  expect(code).toBe(0);
  const result = JSON.parse(out) as {
    runs: [{ rows: [{ latency: { samples: number; percentiles: object }; timesNs: number[] }] }];
  };
  const [{ rows }] = result.runs;
  expect(rows[0].latency.samples).toBeGreaterThanOrEqual(30);
  expect(rows[0].timesNs).toHaveLength(rows[0].latency.samples);
  expect(Object.keys(rows[0].latency.percentiles)).toEqual(["p50", "p99.9"]);
  expect(result).toMatchObject({
    session: { optimization: "basic", spinning: false, arena: false },
    profiles: [{ name: "neg.onnx", operators: [{ op: "Neg", nodes: 1, share: 1 }] }],
  });
  const fixed = await cli("bench", neg, "--batch", "4");
  expect([fixed.code, fixed.err]).toEqual([2, expect.stringContaining("the model's batch is fixed to 1")]);
  const wrong = await cli("bench", neg, "--spinning", "maybe");
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("on or off")]);
});

test("bench --load: a rate with its tail, the highest rate that holds a limit, and what does not fit together", async () => {
  const batched = (
    await saveModel(parseModel("opset 17 graph g { in %x: float32[N, 4] %y = Neg(%x) out %y }"), at("batched.onnx"))
  ).path;
  const short = ["--load", "--threads", "1", "--warm-up", "20ms", "--duration", "200ms", "--json"];
  const given = await cli("bench", batched, ...short, "--rate", "300", "--max-batch", "4", "--max-wait", "5ms");
  expect(given.code).toBe(0);
  const { load } = JSON.parse(given.out) as {
    load: { requests: number; batches: Record<string, number>; latency: { percentiles: object } };
  };
  const served = Object.entries(load.batches).reduce((sum, [size, count]) => sum + Number(size) * count, 0);
  expect(load.requests).toBeGreaterThan(100);
  expect(Math.abs(served - load.requests)).toBeLessThanOrEqual(3);
  expect(Object.keys(load.batches).every((size) => Number(size) <= 4)).toBe(true);
  expect(Object.keys(load.latency.percentiles)).toEqual(["p50", "p90", "p95", "p99", "p99.9"]);
  const limit = ["--max-latency", "500ms", "--percentile", "p90", "--max-batch", "2", "--instances", "2"];
  const search = await cli("bench", batched, ...short, ...limit, "--co-runners", "1");
  expect(JSON.parse(search.out)).toMatchObject({
    kind: "infer-opt-load",
    instances: 2,
    limit: { share: 0.9, ns: 5e8 },
  });
  const hopeless = await cli(
    "bench",
    batched,
    ...short.slice(0, -1),
    "--max-latency",
    "0.001us",
    "--percentile",
    "p99",
  );
  expect([hopeless.code, hopeless.out]).toEqual([3, expect.stringContaining("no rate was found")]);
  expect(hopeless.err).toMatch(/no rate holds 1\.0 ns: one inference takes/);
  for (const [argv, text] of [
    [["bench", neg, "--load", "--rate", "10", "--max-batch", "4"], "the model's batch is fixed to 1"],
    [["bench", neg, "--load"], "--load needs a rate"],
    [["bench", neg, relu, "--load", "--rate", "10"], "--load serves one model"],
    [["bench", neg, "--rate", "10"], "belong to --load"],
    [["bench", neg, "--load", "--rate", "1e12"], "more than 10000000 requests"],
    [["bench", neg, "--load", "--rate", "10", "--duration", "1000000m"], "more than 10000000 requests"],
    [["bench", neg, "--load", "--rate", "10", "--instances", "100000"], "start 100000 processes"],
    [["bench", neg, "--load", "--rate", "10", "--co-runners", "99999"], "start 100000 processes"],
  ] as const) {
    const { code, err } = await cli(...argv);
    expect([code, err]).toEqual([2, expect.stringContaining(text)]);
  }
});

test("passes, targets, doctor and explain tell what there is", async () => {
  const passes = await cli("passes");
  expect(passes.out).toMatch(/^remove-dead-code +simplify +bits/m);
  expect((await cli("passes", "fuse-affine")).out).toContain("rules: ");
  expect(JSON.parse((await cli("passes", "fuse-affine", "--json")).out)).toMatchObject([
    { name: "fuse-affine", stage: "fuse" },
  ]);
  expect((await cli("targets")).out).toMatch(/^onnxruntime: /m);
  expect(JSON.parse((await cli("targets", "--json")).out)).toMatchObject([{ id: "onnxruntime" }, { id: "cpu" }]);
  const doctor = await cli("doctor");
  expect(doctor.code).toBe(0);
  expect(doctor.out).toMatch(/^ok +node: /m);
  expect(JSON.parse((await cli("doctor", "--json")).out)).toContainEqual(
    expect.objectContaining({ name: "node", ok: true }),
  );
  const explain = await cli("explain", "io0303");
  expect(explain.out).toMatch(/^IO0303 \(warning, exit code 4\)\n\n.*<.*>.*\n\n[\s\S]*\n\nWhat to do: .+\n$/);
});

test("an abort is exit code 130, without a stack", async () => {
  const abort = new AbortController();
  let err = "";
  const stderr = (text: string): void => {
    err += text;
    if (text.includes("simplify and fuse")) abort.abort();
  };
  const code = await runCli(["optimize", tinyVit, "-o", at("aborted")], {
    stdout: () => undefined,
    stderr,
    signal: abort.signal,
  });
  expect(code).toBe(130);
  expect(err).toContain("IO0909");
  expect(err).not.toContain("    at ");
  expect(existsSync(join(at("aborted"), "tiny-vit.opt.onnx"))).toBe(false);
});

test("a reader that leaves early does not disturb the job", async () => {
  const child = spawn(process.execPath, [bin, "optimize", relu, "-o", at("piped.onnx"), "--json", ...fast], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  let err = "";
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(err).toBe("");
  expect(code).toBe(0);
  expect(existsSync(at("piped.onnx"))).toBe(true);
});

test.skipIf(process.platform !== "linux")(
  "a full disk behind standard output is one clean line and exit code 1",
  async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [bin, "passes"], { stdio: ["ignore", full, "pipe"] });
    let err = "";
    child.stderr?.on("data", (text: Buffer) => (err += text.toString()));
    const code = await new Promise((resolve) => child.on("close", resolve));
    closeSync(full);
    expect(err).toMatch(/^error IO0906: cannot write standard output: ENOSPC/);
    expect(err).not.toContain("    at ");
    expect(code).toBe(1);
  },
);

test("nothing is left behind but the results: no temporary file, nothing in the user's folders", async () => {
  const home = at("home");
  mkdirSync(join(home, "tmp"), { recursive: true });
  const { ORT_DISABLE_TELEMETRY: _, XDG_CACHE_HOME: __, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [bin, "optimize", relu, "-o", at("clean"), "--tune", "quick", "--budget", "100ms", "--threads", "1"],
    { stdio: "ignore", env: { ...env, HOME: home, TMPDIR: join(home, "tmp") } },
  );
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
  expect(readdirSync(home, { recursive: true })).toEqual(["tmp"]);
  expect(readdirSync(at("clean")).sort()).toEqual([
    "relu.opt.onnx",
    "relu.report.html",
    "relu.report.json",
    "relu.schedule.jsonl",
  ]);
});

test("without a temporary folder: one clean error", async () => {
  vi.stubEnv("TMPDIR", at("no such folder"));
  const { code, err } = await cli("optimize", relu, "-o", at("no-temp"), ...fast);
  vi.unstubAllEnvs();
  expect([code, err.split("\n")[0]]).toEqual([1, expect.stringMatching(/^error IO0709: .*no such folder/)]);
});
