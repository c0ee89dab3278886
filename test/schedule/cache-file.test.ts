import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { InferOptError } from "../../src/diagnostics/index.ts";
import { appendRecords, makeScheduleCache, readCacheFile } from "../../src/schedule/index.ts";
import { proofWithChoice, trial } from "./records.ts";

const folder = mkdtempSync(join(tmpdir(), "schedule-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(name: string, text: string): string {
  const file = join(folder, `${name}.jsonl`);
  writeFileSync(file, text);
  return file;
}

const line = JSON.stringify(trial());

test("a missing file is empty; what was appended is read back, unknown fields too", () => {
  const file = join(folder, "round.jsonl");
  expect(readCacheFile(file)).toEqual({ records: [], problems: [] });
  const record = { ...trial(), note: { by: "a later version" } };
  appendRecords(file, [trial(), record]);
  expect(readCacheFile(file)).toEqual({ records: [trial(), record], problems: [] });
});

test("a torn last line is tolerated, and gone after the next append", () => {
  const file = fileWith("torn", `${line}\n${line.slice(0, 90)}`);
  expect(readCacheFile(file)).toMatchObject({ records: [trial()], problems: [] });
  appendRecords(file, [trial({ key: "next" })]);
  expect(readCacheFile(file)).toEqual({ records: [trial(), trial({ key: "next" })], problems: [] });
});

test("a whole last line without its newline is kept by an append", () => {
  const file = fileWith("open", line);
  appendRecords(file, [trial({ key: "next" })]);
  expect(readCacheFile(file).records.map(({ key }) => key)).toEqual(["k", "next"]);
});

test("damaged lines are named by number and left out; the others count", () => {
  const file = fileWith(
    "damaged",
    `${line}\n{"v":1,\n${JSON.stringify({ v: 2, kind: "trial", key: "x" })}\n\n[]\n${line}\n`,
  );
  const { records, problems } = readCacheFile(file);
  expect(records).toHaveLength(2);
  expect(problems.map(({ code, severity }) => `${code} ${severity}`)).toEqual(Array(3).fill("IO0801 warning"));
  expect(problems.map(({ message }) => /line (\d+)/.exec(message)?.[1])).toEqual(["2", "3", "5"]);
});

test.each([
  ["forms", { forms: [null] }],
  ["forms", { forms: [{ form: "float", code: "c", threads: 1, ns: null, speed: null }] }],
  ["accuracy", { accuracy: [5] }],
  ["device", { device: { isa: 5 } }],
])("a proof with damaged %s is left out, not replayed", (member, damage) => {
  const [proof, choice] = proofWithChoice();
  const { records, problems } = readCacheFile(
    fileWith(`proof-${member}`, `${JSON.stringify(choice)}\n${JSON.stringify({ ...proof, ...damage })}\n`),
  );
  expect(records).toEqual([choice]);
  expect(problems[0]?.message).toContain(`a proof without a proper \`${member}\``);
});

test("another file given for the cache is refused, and nothing is written into it", () => {
  for (const [name, text] of [
    ["notes", "first line\nlast line, not closed"],
    ["object", '{"name": "x"}'],
    ["list", "[\n"],
    ["later", '{"v":99,"kind":"trial"}\n'],
  ] as const)
    expect(() => readCacheFile(fileWith(name, text)), name).toThrow(/IO0802.*holds no record/);
  expect(() => readCacheFile("/dev/null")).toThrow(/IO0802.*no plain file/);
  expect(readCacheFile(fileWith("blank", "\n"))).toEqual({ records: [], problems: [] });
  for (const end of [3, 90]) expect(readCacheFile(fileWith("first", line.slice(0, end))).records).toEqual([]);
});

test("merging is concatenation", () => {
  const [a, b] = [fileWith("a", `${line}\n`), fileWith("b", `${JSON.stringify(trial({ key: "b" }))}\n`)];
  const both = fileWith("both", readFileSync(a, "utf8") + readFileSync(b, "utf8"));
  expect(readCacheFile(both).records).toEqual([...readCacheFile(a).records, ...readCacheFile(b).records]);
});

test("a file that cannot be read is a clear error", () => {
  expect(() => readCacheFile(folder)).toThrowError(InferOptError);
  expect(() => appendRecords(join(folder, "none", "x.jsonl"), [trial()])).toThrowError(/IO0802/);
});

test("several processes write at once: no line is lost or torn, even over a torn line and a dead owner's lock", async () => {
  const file = fileWith("shared", `${line}\n${line.slice(0, 40)}`);
  writeFileSync(`${file}.lock`, `4194304@${hostname()} id`);
  const dist = new URL("../../dist/src/", import.meta.url).href;
  const writers = 4;
  const each = 25;
  const codes = await Promise.all(
    Array.from({ length: writers }, (_, writer) => {
      const child = spawn(
        process.execPath,
        [
          "--input-type=module",
          "-e",
          `import { withFileLock } from "${dist}exec/index.js";
           import { appendRecords } from "${dist}schedule/index.js";
           const base = ${line};
           for (let i = 0; i < ${each}; i++)
             withFileLock(${JSON.stringify(file)}, () => appendRecords(${JSON.stringify(file)}, [{ ...base, key: "${writer}-" + i }]));`,
        ],
        { stdio: ["ignore", "ignore", "inherit"] },
      );
      return new Promise((resolve) => child.on("exit", resolve));
    }),
  );
  expect(codes).toEqual(Array(writers).fill(0));
  const { records, problems } = readCacheFile(file);
  expect(problems).toEqual([]);
  expect(new Set(records.map(({ key }) => key)).size).toBe(1 + writers * each);
});

test("a record without a member that ranking or replaying needs is reported, not met later", () => {
  const [proof, choice] = proofWithChoice();
  const whole = [trial(), proof, choice];
  const broken = [
    { ...trial(), point: undefined },
    { ...proof, forms: "none" },
    { ...choice, chosen: 1 },
    { ...proof, device: null },
  ];
  const file = fileWith("members", [...broken, ...whole, trial()].map((r) => `${JSON.stringify(r)}\n`).join(""));
  const { records, problems } = readCacheFile(file);
  expect(records).toHaveLength(4);
  expect(problems.map(({ message }) => /`(\w+)`/.exec(message)?.[1])).toEqual(["point", "forms", "chosen", "device"]);
  expect(makeScheduleCache(records).trials("k")).toHaveLength(2);
});
