import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCli } from "../../src/cli/main.ts";

const work = mkdtempSync(join(tmpdir(), "infer-opt-cache-"));
afterAll(() => rmSync(work, { recursive: true }));

async function cli(...args: readonly string[]): Promise<{ code: number; out: string; errors: string }> {
  let [out, errors] = ["", ""];
  const io = {
    stdout: (part: string) => void (out += part),
    stderr: (part: string) => void (errors += part),
    signal: AbortSignal.timeout(10_000),
  };
  return { code: await runCli(args, io), out, errors };
}

const device = {
  kind: "cpu",
  vendor: "V",
  name: "a CPU",
  family: 1,
  model: 1,
  isa: ["avx2"],
  l1dKiB: 32,
  l2KiB: 1,
  l3KiB: 1,
  cores: 1,
  threads: 1,
};
const trial = (size: number, status = "ok"): object => ({
  ...{
    v: 1,
    kind: "trial",
    key: "k",
    tool: "0.1.0",
    at: `2026-01-0${size}T00:00:00.000Z`,
    workload: { op: "conv", rows: 7 },
  },
  ...{ template: "igemm@1", device, toolchain: {}, point: { size }, code: "c", status },
  ...(status === "ok"
    ? { ns: { min: size * 1000, median: 9, p90: 9, n: 9, mode: "cold" }, reference: { ns: 10 } }
    : {}),
});
const choice = {
  ...{ v: 1, kind: "choice", key: "m", tool: "0.1.0", at: "2026-01-09T00:00:00.000Z", model: "ab".repeat(32) },
  ...{ scope: "model", chosen: "int8-cpu", reason: "2.00x at 1 thread" },
};
const fileOf = (name: string, records: readonly object[]): string => {
  const file = join(work, name);
  writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  return file;
};
const countOf = (file: string): number => readFileSync(file, "utf8").trim().split("\n").length;

test("list and show tell what was measured and chosen", async () => {
  const file = fileOf("a.jsonl", [trial(1), trial(2), trial(3, "verify"), choice]);
  const listed = await cli("cache", "list", file);
  expect(listed.code).toBe(0);
  expect(listed.out).toContain("4 records");
  expect(listed.out).toContain("a CPU, 1 threads, avx2");
  expect(listed.out).toContain("3 trials (1 failed) of 1 workload, 0 proofs, by 0.1.0, 2026-01-01 to 2026-01-03");
  expect(listed.out).toContain("int8-cpu; 2.00x at 1 thread");
  const shown = await cli("cache", "show", file);
  expect(shown.out).toMatch(/conv rows=7 +igemm@1 size=1 +3 +1 +1\.0 us +cold/);
  const json = JSON.parse((await cli("cache", "show", file, "--json")).out) as object;
  expect(json).toMatchObject([{ tried: 3, best: { ns: 1000 } }]);
});

test("merge, prune and export write whole files, and --dry-run none", async () => {
  const [a, b] = [fileOf("b.jsonl", [trial(1), trial(2)]), fileOf("c.jsonl", [trial(2), trial(3, "run"), choice])];
  const merged = join(work, "merged.jsonl");
  expect((await cli("cache", "merge", merged, a, b)).out).toContain("4 records of 5");
  expect(countOf(merged)).toBe(4);
  expect((await cli("cache", "prune", merged, "--failures", "--dry-run")).out).toContain("3 of 4 records would stay");
  expect(countOf(merged)).toBe(4);
  expect((await cli("cache", "prune", merged, "--best", "1")).out).toContain("3 of 4 records");
  expect(countOf(merged)).toBe(3);
  const exported = join(work, "exported.jsonl");
  expect((await cli("cache", "export", merged, exported)).out).toContain("2 of 3 records");
  expect(countOf(exported)).toBe(2);
});

test("damaged lines that an edit leaves out are counted; a torn last line is none", async () => {
  const file = fileOf("broken.jsonl", [trial(1), trial(2)]);
  writeFileSync(file, `${readFileSync(file, "utf8")}{"v":1,"kind":\n{"v":1}\n{"v":1,"ki`);
  const dry = await cli("cache", "prune", file, "--failures", "--dry-run");
  expect(dry.out).toContain("2 of 2 records would stay; 2 damaged lines left out");
  expect((await cli("cache", "merge", join(work, "mended.jsonl"), file)).out).toContain("; 2 damaged lines left out");
  expect((await cli("cache", "prune", file, "--failures")).out).toContain("2 damaged lines left out");
  expect((await cli("cache", "prune", file, "--failures")).out).not.toContain("damaged");
});

test("a missing file and a file that is no cache are errors, and stay as they are", async () => {
  const missing = await cli("cache", "list", join(work, "none.jsonl"));
  expect(missing.code).not.toBe(0);
  expect(missing.errors).toContain("IO0802");
  const other = join(work, "notes.txt");
  writeFileSync(other, "my notes\n");
  expect((await cli("cache", "prune", other, "--failures")).errors).toContain("IO0802");
  expect(readFileSync(other, "utf8")).toBe("my notes\n");
  expect((await cli("cache", "prune", other, "--best", "0")).code).toBe(2);
});

test("files that are no caches are not written over, and folders are made", async () => {
  const notes = join(work, "more-notes.txt");
  writeFileSync(notes, "my notes\n");
  const source = fileOf("source.jsonl", [trial(1)]);
  for (const args of [
    ["merge", notes, source],
    ["export", source, notes],
  ])
    expect((await cli("cache", ...args)).errors).toContain("IO0802");
  expect(readFileSync(notes, "utf8")).toBe("my notes\n");
  const deep = join(work, "new", "folder", "merged.jsonl");
  expect((await cli("cache", "merge", deep, source)).code).toBe(0);
  expect(countOf(deep)).toBe(1);
  expect(existsSync(`${deep}.lock`)).toBe(false);
});

/** A process that holds the lock of a file, and adds a record before it lets go. */
async function appendLater(file: string, record: object): Promise<{ readonly ended: Promise<unknown> }> {
  const code = `const { appendFileSync, rmSync, writeFileSync } = require("node:fs");
    const [, file, host, record] = process.argv;
    writeFileSync(file + ".lock", process.pid + "@" + host + " x");
    console.log("held");
    setTimeout(() => { appendFileSync(file, record + "\\n"); rmSync(file + ".lock"); }, 300);`;
  const child = spawn(process.execPath, ["-e", code, file, hostname(), JSON.stringify(record)]);
  await once(child.stdout, "data");
  return { ended: once(child, "exit") };
}

test("what another process adds meanwhile is not lost", async () => {
  const file = fileOf("shared.jsonl", [trial(1), trial(2, "run")]);
  const pruned = await appendLater(file, trial(3));
  expect((await cli("cache", "prune", file, "--failures")).out).toContain("2 of 3 records");
  await pruned.ended;
  expect(countOf(file)).toBe(2);
  const merged = await appendLater(file, trial(4));
  expect((await cli("cache", "merge", file, file)).out).toContain("3 records of 3");
  await merged.ended;
  expect(countOf(file)).toBe(3);
});
