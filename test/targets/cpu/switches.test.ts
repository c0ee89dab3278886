import { afterEach, expect, test, vi } from "vitest";
import { cpu } from "../../../targets/cpu/index.ts";
import { whySwitchedOff } from "../../../targets/cpu/switches.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

// With a list of trusted code every candidate was refused, recorded as a failure, and never tried again.
test("nothing is compiled where new code may not run, or no level is named", async () => {
  expect(whySwitchedOff({})).toBeUndefined();
  expect(whySwitchedOff({ INFER_OPT_ISA: "", INFER_OPT_TRUST: "" })).toBeUndefined();
  expect(whySwitchedOff({ INFER_OPT_ISA: "avx2" })).toBeUndefined();
  expect(whySwitchedOff({ INFER_OPT_ISA: "AVX2" })).toContain("avx2, avxvnni, avx512vnni");
  vi.stubEnv("INFER_OPT_TRUST", "/dev/null");
  expect(await cpu.detect()).toMatchObject({ missing: expect.stringContaining("INFER_OPT_TRUST") as string });
});
