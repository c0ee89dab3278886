import { expect, test } from "vitest";
import { runCli } from "../../src/cli/main.ts";

const product = "examples/cost-by-hand/product.onnx";
const vit = "examples/models/tiny-vit.onnx";

async function inspect(...args: readonly string[]): Promise<{ code: number; out: string; errors: string }> {
  let [out, errors] = ["", ""];
  const io = {
    stdout: (part: string) => void (out += part),
    stderr: (part: string) => void (errors += part),
    signal: AbortSignal.timeout(60_000),
  };
  return { code: await runCli(["inspect", ...args], io), out, errors };
}

test("shapes may stand before the model, one a flag, and are checked", async () => {
  const { code, out } = await inspect("--cost", "--no-roofline", "--shape", "input:2x3x32x32", vit);
  expect(code).toBe(0);
  expect(out).not.toContain("count as 1");
  const bad = await inspect(vit, "--cost", "--shape", "input");
  expect(bad.code).toBe(2);
  expect(bad.errors).toContain("IO0902");
});

test("flags of --cost without it are refused, and so is a change that is not known", async () => {
  for (const flags of [["--what-if", "int8"], ["--shape", "a:1"], ["--no-roofline"], ["--records", "a"]]) {
    const { code, errors } = await inspect(product, ...flags);
    expect(code).toBe(2);
    expect(errors).toContain("add --cost");
  }
  const { code, errors } = await inspect(product, "--cost", "--no-roofline", "--what-if", "int8,smaller");
  expect(code).toBe(2);
  expect(errors).toContain("int8, sparse, fused");
});
