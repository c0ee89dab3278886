import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/main.ts";
import { completeOptions, readConfigFile } from "../../src/config/index.ts";

const work = mkdtempSync(join(tmpdir(), "infer-opt-init-"));
afterAll(() => rmSync(work, { recursive: true }));
afterEach(() => void vi.restoreAllMocks());

async function cli(...args: readonly string[]): Promise<{ code: number; out: string; errors: string }> {
  let [out, errors] = ["", ""];
  const io = {
    stdout: (part: string) => void (out += part),
    stderr: (part: string) => void (errors += part),
    signal: AbortSignal.timeout(10_000),
  };
  return { code: await runCli(args, io), out, errors };
}

test("without a terminal and without flags the defaults are written, with a comment above each", async () => {
  const file = join(work, "plain.json");
  const { code, out } = await cli("init", "--file", file);
  expect(code).toBe(0);
  expect(out).toContain(`--config ${file}`);
  const options = readConfigFile(file);
  expect(options).toEqual({ target: "onnxruntime", maxDrop: "1%", output: "optimized", seed: 1 });
  expect(completeOptions(options).seed).toBe(1);
  expect(readFileSync(file, "utf8")).toMatch(/\/\/ "calibData": "…",/);
});

test("flags answer the questions, and bad answers are refused before anything is written", async () => {
  const file = join(work, "flags.json");
  const good = await cli(
    "init",
    "--file",
    file,
    "--target",
    "cpu",
    "--calib-data",
    'a "b"//c',
    "--max-drop",
    "0.5%rel",
  );
  expect(good.code).toBe(0);
  expect(readConfigFile(file)).toMatchObject({ target: "cpu", calibData: 'a "b"//c', maxDrop: "0.5%rel" });
  const bad = await cli("init", "--file", join(work, "bad.json"), "--max-drop", "a little");
  expect(bad.code).toBe(2);
  expect(bad.errors).toContain("IO0902");
  const elsewhere = await cli("init", "--file", join(work, "bad.json"), "--target", "onnxruntimes");
  expect(elsewhere.code).toBe(2);
  expect(elsewhere.errors).toContain('did you mean "onnxruntime"');
  expect(existsSync(join(work, "bad.json"))).toBe(false);
});

test("a file that is there stays, unless it may be written over", async () => {
  const file = join(work, "there.json");
  writeFileSync(file, "mine");
  const refused = await cli("init", "--file", file);
  expect(refused.code).toBe(2);
  expect(readFileSync(file, "utf8")).toBe("mine");
  expect((await cli("init", "--file", file, "--force")).code).toBe(0);
  expect(readConfigFile(file)).toHaveProperty("seed");
});

test("a preprocessing that is none is refused, and data that is not there yet is told", async () => {
  const file = join(work, "preprocess.json");
  const bad = await cli("init", "--file", file, "--preprocess", "imagenet-torchvison");
  expect(bad).toMatchObject({
    code: 2,
    errors: expect.stringContaining('did you mean "imagenet-torchvision"') as string,
  });
  expect(existsSync(file)).toBe(false);
  const { out } = await cli("init", "--file", file, "--calib-data", join(work, "pictures"));
  expect(out).toContain(`there is no data at ${join(work, "pictures")} yet`);
});

/** What a terminal offers of readline. */
class FakeTerminal extends PassThrough {
  readonly isTTY = true;
  setRawMode(): this {
    return this;
  }
}

test("an answer that a compile would not take is explained and asked for again; the others stay", async () => {
  const file = join(work, "asked.json");
  const [input, output] = [new FakeTerminal(), new FakeTerminal()];
  vi.spyOn(process, "stdin", "get").mockReturnValue(input as never);
  vi.spyOn(process, "stderr", "get").mockReturnValue(output as never);
  const answers = ["gpu", "cpu", "", "caffe", "caffe-bgr", "a lot", "2%", "out"];
  output.on("data", (shown: Buffer) => {
    // Each question ends so; readline shows the answer behind it.
    if (!stripVTControlCharacters(shown.toString()).endsWith(": ")) return;
    const answer = answers.shift();
    if (answer !== undefined) setImmediate(() => input.write(`${answer}\r`));
  });
  const { code, errors } = await cli("init", "--file", file);
  expect([code, errors]).toEqual([0, expect.stringMatching(/IO0707[^]*IO0410[^]*IO0902/)]);
  expect(readConfigFile(file)).toEqual({
    ...{ target: "cpu", preprocess: "caffe-bgr", maxDrop: "2%", output: "out", seed: 1 },
  });
});

test.each([
  ["Ctrl-C", "\u0003"],
  ["Ctrl-D", "\u0004"],
])("%s at a question ends the command, and writes nothing", async (_, key) => {
  const file = join(work, "stopped.json");
  const [input, output] = [new FakeTerminal(), new FakeTerminal()];
  vi.spyOn(process, "stdin", "get").mockReturnValue(input as never);
  vi.spyOn(process, "stderr", "get").mockReturnValue(output as never);
  const ended = cli("init", "--file", file);
  await once(output, "data");
  input.write("cpu\r");
  input.write(key);
  expect(await ended).toMatchObject({
    code: 130,
    errors: expect.stringMatching(/IO0909[^]*no file was written/) as string,
  });
  expect(existsSync(file)).toBe(false);
});
