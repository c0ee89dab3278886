import { afterEach, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/main.ts";

afterEach(() => void vi.unstubAllEnvs());

async function annotationsOf(...args: readonly string[]): Promise<readonly string[]> {
  let errors = "";
  const io = {
    stdout: () => undefined,
    stderr: (part: string) => void (errors += part),
    signal: AbortSignal.timeout(60_000),
  };
  await runCli(args, io);
  return errors.split("\n").filter((line) => line.startsWith("::"));
}

test.each([[[]], [["--json"]]])("in GitHub Actions a problem is shown at the job once, with flags %j", async (more) => {
  vi.stubEnv("GITHUB_ACTIONS", "true");
  const missing = await annotationsOf("optimize", "nothere.onnx", ...more);
  expect(missing).toEqual([expect.stringMatching(/^::error file=nothere\.onnx,title=infer-opt IO0907::/)]);
  const how = ["--tune", "off", "--check", "none", "--dry-run", "--precision", "bf16"];
  const warned = await annotationsOf("optimize", "examples/models/residual-cnn.onnx", ...how, ...more);
  expect(warned).toEqual([expect.stringMatching(/^::warning title=infer-opt IO0717::/)]);
});

test("elsewhere nothing is annotated", async () => {
  vi.stubEnv("GITHUB_ACTIONS", undefined);
  expect(await annotationsOf("optimize", "nothere.onnx")).toEqual([]);
});
