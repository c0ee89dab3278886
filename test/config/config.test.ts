import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, expect, test } from "vitest";
import type { UserOptions } from "../../src/config/index.ts";
import {
  completeOptions,
  parseDrop,
  parseDuration,
  parseEnergy,
  parseShape,
  parseShare,
  parseSize,
  profiles,
  readConfigFile,
  schema,
} from "../../src/config/index.ts";
import type { Diagnostic } from "../../src/diagnostics/index.ts";
import { InferOptError } from "../../src/diagnostics/index.ts";

const folder = mkdtempSync(join(tmpdir(), "config-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function refusal(action: () => unknown): Diagnostic {
  try {
    action();
  } catch (error) {
    if (error instanceof InferOptError) return error.diagnostic;
    throw error;
  }
  throw new Error("nothing was refused");
}

const given = (options: unknown): UserOptions => options as UserOptions;

test("without options the defaults are complete, and completing them again changes nothing", () => {
  const options = completeOptions({});
  expect(options).toMatchObject({
    target: "onnxruntime",
    precision: "auto",
    level: "O2",
    check: "stage",
    tune: "default",
    seed: 1,
    threads: [],
    reproducible: false,
    externalData: "auto",
  });
  expect(completeOptions(options)).toEqual(options);
});

test("the schema is valid", () => {
  const ajv = new Ajv2020({ strict: false });
  expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
});

test("completing leaves the given object alone", () => {
  const mine = {};
  completeOptions(mine);
  expect(mine).toEqual({});
});

test("an unknown key names the nearest one, and its place in the file", () => {
  expect(refusal(() => completeOptions(given({ calibDta: "x" }), "infer-opt.json"))).toMatchObject({
    code: "IO0901",
    exitCode: 2,
    hint: 'did you mean "calibData"?',
    where: { file: "infer-opt.json", pointer: "/calibDta" },
  });
  expect(refusal(() => completeOptions(given({ "a/b~c": 1 }), "f")).where.pointer).toBe("/a~1b~0c");
  expect(refusal(() => completeOptions(given({ zzzzzzzz: 1 }))).hint).not.toContain("did you mean");
});

test("bad values say what is wanted, and where in the file", () => {
  const cases: readonly (readonly [unknown, string, string])[] = [
    [{ precision: "int2" }, "one of auto, fp32, bf16, int8", "/precision"],
    [{ seed: -1 }, ">= 0", "/seed"],
    [{ seed: 1.5 }, "of type integer", "/seed"],
    [{ strict: "yes" }, "of type boolean", "/strict"],
    [{ maxDrop: "half" }, "such as 0.5%, 0.005, 0.5%rel", "/maxDrop"],
    // Five percent was meant, and a bound of 500 % is none.
    [{ maxDrop: "5" }, "such as 0.5%, 0.005, 0.5%rel", "/maxDrop"],
    [{ maxDrop: "1" }, "such as 0.5%, 0.005, 0.5%rel", "/maxDrop"],
    [{ maxDrop: "100.5%" }, "such as 0.5%, 0.005, 0.5%rel", "/maxDrop"],
    [{ sparsity: "30" }, "such as 30%, 0.3", "/sparsity"],
    [{ sparsity: "100%" }, "such as 30%, 0.3", "/sparsity"],
    [{ shape: ["x"] }, "such as input:1x3x224x224", "/shape/0"],
    [{ threads: [1, 0] }, ">= 1", "/threads/1"],
  ];
  for (const [options, expected, pointer] of cases) {
    const diagnostic = refusal(() => completeOptions(given(options), "c.json"));
    expect(diagnostic).toMatchObject({ code: "IO0902", exitCode: 2, where: { file: "c.json", pointer } });
    expect(diagnostic.message).toContain(expected);
    expect(refusal(() => completeOptions(given(options))).where).toEqual({});
  }
});

test("whatever has to look a certain way is shown by examples that do", () => {
  interface Text {
    readonly type?: string;
    readonly description?: string;
    readonly pattern?: string;
    readonly examples?: readonly string[];
    readonly items?: Text;
  }
  const properties = Object.entries<Text>(schema.properties);
  const shown = properties.map(([name, text]) => ({ name, ...text, ...text.items })).filter(({ pattern }) => pattern);
  expect(shown.length).toBeGreaterThan(5);
  for (const { name, pattern = "", examples = [] } of shown) {
    expect(examples.length, name).toBeGreaterThan(0);
    for (const example of examples) expect(example, name).toMatch(new RegExp(pattern));
  }
});

test("a config file is one JSON object; $schema is for editors", () => {
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  expect(readConfigFile(file("good.json", '{"$schema":"x","seed":3}'))).toEqual({ seed: 3 });
  for (const path of [file("list.json", "[]"), file("torn.json", '{"seed":'), join(folder, "missing.json")])
    expect(refusal(() => readConfigFile(path))).toMatchObject({ code: "IO0903", exitCode: 2, where: { file: path } });
});

test("quantities carry their units", () => {
  expect(["10MB", "1.5GB", "7B"].map(parseSize)).toEqual([1e7, 1.5e9, 7]);
  expect(["5ms", "60s", "2m", "250us"].map(parseDuration)).toEqual([5, 60_000, 120_000, 0.25]);
  expect(parseSize("10")).toBeNaN();
  expect([parseShare("30%"), parseShare("0.3")]).toEqual([0.3, 0.3]);
  expect(parseDrop("0.5%")).toEqual({ amount: 0.005, relative: false });
  expect(parseDrop("0.5%rel")).toEqual({ amount: 0.005, relative: true });
  expect(parseShape("serving:default:0:1x3x224")).toEqual({ name: "serving:default:0", dims: [1, 3, 224] });
});

test("a config file may begin with a byte order mark; one nested beyond all options is refused", () => {
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  expect(readConfigFile(file("bom.json", '\uFEFF{"tune": "off"}'))).toEqual({ tune: "off" });
  const deep = file("deep.json", `${'{"x":'.repeat(20_000)}1${"}".repeat(20_000)}`);
  expect(refusal(() => readConfigFile(deep)).code).toBe("IO0903");
});

test("losses up to all of it can be accepted, in percent or as a share", () => {
  for (const maxDrop of ["0", "0%", "0.5%", "0.005", "12.25%rel", "0.1rel", "100%"])
    expect(completeOptions({ maxDrop }).maxDrop).toBe(maxDrop);
});

test("a percentile without a limit that it is about is refused, in a file with its place", () => {
  expect(refusal(() => completeOptions({ percentile: "p99" }, "c.json"))).toMatchObject({
    ...{ code: "IO0904", exitCode: 2, where: { file: "c.json", pointer: "/percentile" } },
  });
  expect(completeOptions({ percentile: "p99", maxLatency: "5ms" }).percentile).toBe("p99");
  expect(completeOptions({ percentile: "p95", profile: "cloud" })).toMatchObject({ percentile: "p95" });
  const complete = completeOptions({});
  expect(completeOptions(complete)).toEqual(complete);
});

test("a shape with nothing behind the colon is that of a scalar", () => {
  expect(parseShape("sr:")).toEqual({ name: "sr", dims: [] });
  expect(parseShape("a:b:2x3")).toEqual({ name: "a:b", dims: [2, 3] });
});

test("a profile presets options, and those that are given win", () => {
  const { maxSize, objective, threads, percentile } = completeOptions({ profile: "edge", maxSize: "1MB" });
  expect({ maxSize, objective, threads, percentile }).toEqual({
    ...{ maxSize: "1MB", objective: "energy", threads: [1], percentile: "p50" },
  });
  const options = completeOptions({ profile: "cloud" });
  expect(options).toMatchObject({ objective: "throughput", maxLatency: "100ms", percentile: "p99" });
  expect(completeOptions(options)).toEqual(options);
  expect(refusal(() => completeOptions(given({ profile: "toString" }))).message).toContain("edge, mobile, cloud");
});

test("every preset of a profile stands in the help", () => {
  const { description } = schema.properties.profile;
  for (const [name, preset] of Object.entries(profiles)) {
    const words = new RegExp(`${name} \\(([^)]*)\\)`).exec(description)?.[1] ?? "";
    for (const value of Object.values(preset)) expect(words).toContain(String(value));
    completeOptions(preset);
  }
});

test("sizes are decimal or binary, energies in joules", () => {
  expect([parseSize("4MB"), parseSize("4MiB"), parseSize("1KiB"), parseSize("0.5GiB")]).toEqual([
    4e6,
    4 * 2 ** 20,
    1024,
    2 ** 29,
  ]);
  expect([parseEnergy("5mJ"), parseEnergy("2J"), parseEnergy("10uJ")]).toEqual([5000, 2e6, 10]);
  expect(refusal(() => completeOptions({ maxMemory: "4 mb" })).message).toContain("such as 200MiB");
  expect(refusal(() => completeOptions({ maxSize: "4iB" })).message).toContain("such as 20MB");
  expect(refusal(() => completeOptions({ minThroughput: 0 })).message).toContain("> 0");
  expect(refusal(() => completeOptions({ maxEnergy: "5" })).message).toContain("such as 5mJ");
});
