import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { asidePath, makeTempFolder, startNodeChild, withFileLock } from "../../src/exec/index.ts";

const folder = mkdtempSync(join(tmpdir(), "exec-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function script(name: string, text: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, text);
  return path;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean, ms = 8000): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((done) => setTimeout(done, 20)))
    if (condition()) return true;
  return condition();
}

/** A process id that is not in use: that of a process which has ended. */
function deadPid(): number {
  return Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));
}

test("a lock is held while the action runs, and gone after it, also when it throws", () => {
  const file = join(folder, "held");
  const seen = withFileLock(file, () => readFileSync(`${file}.lock`, "utf8"));
  expect(seen.split(" ")[0]).toBe(`${process.pid}@${hostname()}`);
  expect(existsSync(`${file}.lock`)).toBe(false);
  expect(() =>
    withFileLock(file, () => {
      throw new Error("inside");
    }),
  ).toThrow("inside");
  expect(existsSync(`${file}.lock`)).toBe(false);
});

test("the lock of a dead process is broken; that of a live one is not", () => {
  const file = join(folder, "stale");
  writeFileSync(`${file}.lock`, `${deadPid()}@${hostname()} id`);
  expect(withFileLock(file, () => "taken", 2000)).toBe("taken");
  writeFileSync(`${file}.lock`, `${process.pid}@${hostname()} id`);
  expect(() => withFileLock(file, () => "taken", 50)).toThrow(`held by process ${process.pid}`);
  expect(existsSync(`${file}.lock`)).toBe(true);
});

test("the lock of another host, whose processes cannot be asked, is broken when it is old", () => {
  const file = join(folder, "foreign");
  const lock = `${file}.lock`;
  writeFileSync(lock, `${deadPid()}@another-host id`);
  expect(() => withFileLock(file, () => "taken", 50)).toThrow("on another-host");
  expect(readFileSync(lock, "utf8")).toContain("another-host");
  const old = Date.now() / 1000 - 120;
  utimesSync(lock, old, old);
  expect(withFileLock(file, () => "taken", 2000)).toBe("taken");
  expect(readdirSync(folder).filter((name) => name.startsWith("foreign"))).toEqual([]);
});

test("a lock that was broken and is another's by now is not removed", () => {
  const file = join(folder, "lost");
  withFileLock(file, () => writeFileSync(`${file}.lock`, "1@another-host id"));
  expect(readFileSync(`${file}.lock`, "utf8")).toBe("1@another-host id");
});

test("messages pass both ways with typed arrays, and the exit is told with code and last words", async () => {
  const child = await startNodeChild(
    script(
      "echo",
      `process.on("message", (m) => {
         if (m.end) { console.error("last words"); process.exit(7); }
         process.send({ doubled: m.values.map((v) => v * 2n) });
       });`,
    ),
  );
  const answer = new Promise((resolve) => child.onMessage(resolve));
  child.send({ values: BigInt64Array.of(1n, 2n ** 40n) });
  expect(await answer).toEqual({ doubled: BigInt64Array.of(2n, 2n ** 41n) });
  child.send({ end: true });
  expect(await child.exit).toMatchObject({ code: 7, signal: undefined, stderr: "last words" });
});

test("a child that writes much to stderr goes on, and its last words are kept", async () => {
  const child = await startNodeChild(
    script(
      "chatty",
      `for (let i = 0; i < 40; i++) process.stderr.write("x".repeat(100_000) + "\\n");
       process.once("message", (m) => { process.exitCode = 3; console.error("last words"); process.send(m); });`,
    ),
  );
  const answer = new Promise((resolve) => child.onMessage(resolve));
  child.send("still here");
  expect(await Promise.race([answer, child.exit])).toBe("still here");
  const { code, stderr } = await child.exit;
  expect(code).toBe(3);
  expect(stderr.slice(-12)).toBe("x\nlast words");
  expect(stderr.length).toBeLessThanOrEqual(4000);
});

test("kill takes the whole process group along", async () => {
  const child = await startNodeChild(
    script(
      "family",
      `import { spawn } from "node:child_process";
       const inner = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
       process.send(inner.pid); setInterval(() => {}, 1000);`,
    ),
  );
  const grandchild = await new Promise<number>((resolve) => child.onMessage((pid) => resolve(pid as number)));
  expect(isAlive(grandchild)).toBe(true);
  child.kill();
  expect((await child.exit).signal).toBe("SIGKILL");
  expect(await until(() => !isAlive(grandchild))).toBe(true);
});

test("a temporary folder is there until it is removed, twice if need be", () => {
  const temp = makeTempFolder();
  writeFileSync(join(temp.path, "content"), "x");
  temp.remove();
  temp.remove();
  expect(existsSync(temp.path)).toBe(false);
});

test("a temporary folder is removed when its process ends in order", async () => {
  const module = new URL("../../dist/src/exec/index.js", import.meta.url).href;
  const child = spawn(process.execPath, [
    "--input-type=module",
    "-e",
    `const { makeTempFolder } = await import(${JSON.stringify(module)}); process.stdout.write(makeTempFolder().path);`,
  ]);
  let path = "";
  child.stdout.on("data", (text: Buffer) => (path += text.toString()));
  await new Promise((done) => child.on("exit", done));
  expect(path).toContain("infer-opt-");
  expect(existsSync(path)).toBe(false);
});

/** The same name as a process would have made that runs no more. */
const orphan = (name: string): string => name.replace(`-${process.pid}-`, `-${deadPid()}-`);

test("what a killed process left beside its output is removed by the next; what is another's is not", () => {
  const output = join(folder, "model.onnx");
  const mine = asidePath(output);
  const kept = [
    mine,
    mine.replace(/infer-opt-[0-9a-f]{8}/, "infer-opt-00000000").replace(`-${process.pid}-`, `-${deadPid()}-`),
    orphan(mine).replace(/\.tmp$/, ".txt"),
    join(folder, ".notes.tmp"),
    join(folder, basename(orphan(mine)).slice(1)),
  ];
  const left = orphan(asidePath(join(folder, "other.onnx.data")));
  for (const path of [...kept, left]) writeFileSync(path, "x");
  expect(dirname(mine)).toBe(folder);
  asidePath(output);
  expect(existsSync(left)).toBe(false);
  for (const path of kept) expect(existsSync(path)).toBe(true);
});

test("the temporary folder of a killed process is removed by the next", () => {
  const mine = makeTempFolder();
  const left = orphan(mine.path);
  mkdirSync(left);
  writeFileSync(join(left, "content"), "x");
  makeTempFolder().remove();
  expect(existsSync(left)).toBe(false);
  expect(existsSync(mine.path)).toBe(true);
  mine.remove();
});
