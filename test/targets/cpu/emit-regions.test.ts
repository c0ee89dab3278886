import { expect, test } from "vitest";
import { verifyStructure } from "../../../src/ir/index.ts";
import { emitRegions } from "../../../targets/cpu/emit-regions.ts";
import { planRegions } from "../../../targets/cpu/plan-regions.ts";
import { defaultSelection, templatesFor } from "../../../targets/cpu/select.ts";
import { exampleModel, quantized } from "./lower/quantized-model.ts";
import { isaSets, testDevice } from "./test-devices.ts";

const device = testDevice(isaSets.avx512vnniVbmi);

// A tensor that is dequantized in one region and read in another used to end in an internal error (tiny-vit).
for (const stem of ["residual-cnn", "depthwise-cnn", "tiny-vit"])
  for (const precision of ["float32", "int8"])
    test(`regions of ${stem} in ${precision} are emitted, and leave a sound model`, async () => {
      const float = await exampleModel(stem);
      const model = precision === "int8" ? await quantized(float) : float;
      const { regions } = planRegions(model, (workload) => templatesFor(workload, device, false).length > 0);
      expect(regions.length).toBeGreaterThan(0);
      await emitRegions(model, regions, [
        { device, tuned: [], select: (workload) => defaultSelection(workload, device) },
      ]);
      expect(verifyStructure(model)).toEqual([]);
    });
