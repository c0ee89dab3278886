import { expect, test } from "vitest";
import { energyFindings } from "../../../src/recipes/commands/examine-energy.ts";

test("what counts energy, or why nothing does, and what every GPU tells", () => {
  const found = energyFindings(
    {
      missing: { cpu: "only root" },
      driver: "590.12",
      gpus: [
        { name: "A", celsius: 41, watts: 70, energy: "counter" },
        { name: "B", energy: { missing: "Not Supported" } },
      ],
    },
    { gpu: 71.26 },
  );
  expect(found.map(({ name, ok, detail }) => [name, ok, detail])).toEqual([
    ["energy of the processor", false, "only root"],
    ["energy of GPUs", true, "NVML counts it: 71.3 W over 500 ms"],
    ["GPU 0", true, "A, driver 590.12, 70.0 W, 41 degrees Celsius, energy by its counter"],
    ["GPU 1", true, "B, driver 590.12, energy cannot be read (Not Supported)"],
  ]);
  expect(found.every(({ optional }) => optional)).toBe(true);
});

test("without GPUs that is no fault: nothing runs on them", () => {
  const [processor, gpus] = energyFindings({ missing: { gpu: "no driver" }, driver: undefined, gpus: [] }, {});
  expect(processor).toMatchObject({ ok: true, detail: "RAPL counts it" });
  expect(processor).not.toHaveProperty("advice");
  expect(gpus).toMatchObject({ ok: false, advice: expect.stringContaining("nothing lacks it") });
});
