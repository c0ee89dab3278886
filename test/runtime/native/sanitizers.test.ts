import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compressProgram } from "../../../src/region/compress-program.ts";
import { encodeProgram, digestConstants } from "../../../src/region/encode-program.ts";
import { kernelProgram } from "../../../src/region/kernel-program.ts";
import { lz4Encode } from "../../../src/region/lz4-encode.ts";
import { nativeLibraryPath } from "../../../src/runtime/native-path.ts";
import { cCompiler } from "./compile-c.ts";
import { sampleBytes, sampleConstants } from "./sample-program.ts";
import { tableKernel } from "./test-kernels.ts";

const compiler = cCompiler();
afterAll(() => compiler.remove());

/** Kernels are x86-64 code, and the programs look at /proc. */
const wrongPlatform =
  process.platform === "linux" && process.arch === "x64" ? undefined : "these tests are for Linux on x86-64";

function missing(flags: readonly string[]): string | undefined {
  const reason = wrongPlatform ?? compiler.lacks(flags);
  if (reason !== undefined) console.warn(`not tested: ${reason}`);
  return reason;
}

function run(program: string, words: readonly string[]): { readonly code: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8" });
  return { code: status, text: stdout + stderr };
}

/** `npm run fuzz:program` sets it to 100,000. */
const changes = Number(process.env["INFER_OPT_FUZZ_PROGRAMS"] ?? "2000");

const memoryFlags = [
  ...["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
  ...["-DIOPT_GUARD_PAGES", "-DIOPT_PORTABLE_SHA256"],
];

test.skipIf(missing(memoryFlags) !== undefined)(
  "programs changed outside their code and sealed again are refused or stay inside their buffers",
  () => {
    const program = compiler.compile("fuzz-program.c", memoryFlags, { withLibrary: true });
    const file = compiler.write("sample.program", compressProgram(sampleBytes()));
    const { code, text } = run(program, [file, String(changes), "1"]);
    const [, ran, refused] = /^(\d+) ran, (\d+) refused\n$/.exec(text) ?? [];
    expect([code, text]).toEqual([0, text]);
    expect(Number(ran) + Number(refused)).toBe(changes);
    // Both ways out are taken, or the changes say nothing.
    expect(Number(ran)).toBeGreaterThan(changes / 10);
    expect(Number(refused)).toBeGreaterThan(changes / 10);
  },
  900_000,
);

test.skipIf(missing(memoryFlags) !== undefined)(
  "compressed bytes that are cut or changed, or refer to nothing, leave no buffer",
  () => {
    const program = compiler.compile("lz4-hostile.c", memoryFlags, { withLibrary: true });
    const contents = [
      sampleBytes(),
      new Uint8Array(600).fill(7),
      Uint8Array.from({ length: 900 }, (_, i) => (i * i * 31) % 251),
      Uint8Array.of(1),
    ];
    for (const [index, content] of contents.entries()) {
      const block = compiler.write(`block-${index}`, lz4Encode(content));
      const { code, text } = run(program, [block, compiler.write(`content-${index}`, content), String(changes)]);
      expect([code, text]).toEqual([0, ""]);
    }
  },
  300_000,
);

const threadFlags = ["-g", "-O1", "-fsanitize=thread"];

test.skipIf(missing(threadFlags) !== undefined)("four threads on one program race for nothing", () => {
  const program = compiler.compile("run-threads.c", threadFlags, { withLibrary: true });
  const file = compiler.write("threads.program", sampleBytes());
  const constants = compiler.write("constants", Buffer.concat(sampleConstants));
  expect(run(program, [file, constants, "4", "60", "3"])).toEqual({ code: 0, text: "4 callers, 0 failures\n" });
});

describe.skipIf(missing([]) !== undefined || !existsSync(nativeLibraryPath()))("a process that may not", () => {
  const { program } = kernelProgram(tableKernel(64), { numbers: {}, tables: {} }, {});
  const file = compiler.write("plain.program", encodeProgram(program, digestConstants([])));
  const build = (): string => compiler.compile("deny-exec.c", []);
  const denied = "this process may not execute memory it has written (Operation not permitted)";

  test("execute what it maps gets no ops, and a reason for a program it loads", () => {
    const { text } = run(build(), [nativeLibraryPath(), file, "seccomp"]);
    expect(text).toBe(`probe: ${denied}\nregistered: 0\nload: ${denied}\nwritable code: 0\n`);
  });

  test.each(["none", "mdwe"])("make written memory executable (%s) has no need to", (rule) => {
    const { code, text } = run(build(), [nativeLibraryPath(), file, rule]);
    // 77: this kernel does not know the rule.
    if (code !== 77) expect(text).toMatch(/^probe: works\nregistered: \d\d+\nload: works\nwritable code: 0\n$/);
  });
});

test.skipIf(missing([]) !== undefined).each([
  { version: "1.16.3", how: "alone" },
  { version: "1.17.0", how: availableParallelism() > 1 ? "borrowed threads" : "alone" },
])("a region in ONNX Runtime $version calls what that has, and runs $how", ({ version, how }) => {
  const { program } = kernelProgram(tableKernel(64), { numbers: {}, tables: {} }, {});
  const file = compiler.write("table.program", compressProgram(encodeProgram(program, digestConstants([]))));
  const runtime = compiler.compile("ort-versions.c", [], { withLibrary: true });
  const { code, text } = run(runtime, [file, version]);
  // 77: this CPU has no level of instruction sets.
  if (code !== 77) expect([code, text]).toEqual([0, `right, ${how}\n`]);
});

test.skipIf(missing(memoryFlags) !== undefined)("a domain whose ops are refused is released, and made again", () => {
  const { code, text } = run(compiler.compile("ort-register-fails.c", memoryFlags, { withLibrary: true }), []);
  if (code !== 77) expect([code, text]).toEqual([0, "6 made, 5 released\n"]);
});

test("the library shows no functions but its own", () => {
  if (!existsSync(nativeLibraryPath()) || spawnSync("nm", ["--version"]).status !== 0) return;
  const { stdout } = spawnSync("nm", ["-D", "--defined-only", nativeLibraryPath()], { encoding: "utf8" });
  const names = stdout
    .trim()
    .split("\n")
    .map((line) => line.split(" ").at(-1));
  expect(names.filter((name) => !/^(infer_opt_\w+|RegisterCustomOps)$/.test(name ?? ""))).toEqual([]);
  expect(names).toContain("RegisterCustomOps");
});

/** Where packages and archives of ONNX Runtime put its headers; INFER_OPT_ORT_INCLUDE names another folder. */
const includes = ["/usr/include", "/usr/local/include", "/opt/homebrew/include"].flatMap((folder) =>
  ["onnxruntime", "onnxruntime/core/session", ""].map((inner) => join(folder, inner)),
);
const header = "onnxruntime_c_api.h";
const include = [process.env["INFER_OPT_ORT_INCLUDE"] ?? "", ...includes].find(
  (folder) => folder !== "" && existsSync(join(folder, header)),
);
if (include === undefined)
  console.warn(`offsets of ONNX Runtime's API are not compared: no ${header}; INFER_OPT_ORT_INCLUDE names its folder`);

test.skipIf(include === undefined || missing([]) !== undefined)("offsets are those of the official header", () => {
  const program = compiler.compile("ort-offsets.c", ["-isystem", include ?? ""]);
  expect(run(program, [])).toEqual({ code: 0, text: "" });
});

test("the header of our own names only what is compared with the official one", () => {
  const own = readFileSync(new URL("../../../src/runtime/native/ort-api.h", import.meta.url), "utf8");
  const compared = readFileSync(new URL("./ort-offsets.c", import.meta.url), "utf8");
  // The first on a line is a field, another one a parameter.
  const names = [...own.matchAll(/^ {2}\w.*?\(\*(\w+)\)\(/gm)].map(([, name]) => name as string);
  expect(names.length).toBeGreaterThan(60);
  for (const name of names) expect(compared).toMatch(new RegExp(`\\(${name}\\)`));
});
