import { expect, test } from "vitest";
import { parseModel } from "../../../../src/ir/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import { planRegions } from "../../../../targets/cpu/plan-regions.ts";
import { defaultSelection } from "../../../../targets/cpu/select.ts";
import { isaSets, testDevice } from "../test-devices.ts";

const device = testDevice(isaSets.avx512vnni);

function planned(text: string): { readonly regions: number; readonly reasons: string } {
  const model = parseModel(`opset 17 graph g { ${text} out %y }`);
  inferTypes(model);
  const { regions, refusals } = planRegions(model, (workload) => defaultSelection(workload, device) !== undefined);
  for (const { lowered } of regions)
    for (const { workload } of lowered.steps) {
      const { template, point } = defaultSelection(workload, device) ?? expect.unreachable();
      template.emit(workload, point, device);
    }
  return { regions: regions.length, reasons: refusals.map(({ reason }) => reason).join("; ") };
}

const weights = "const %w: float32[64,64,3,3] = random(1) const %v: float32[64,64,1,1] = random(2)";

// Distances in these tensors fit into no instruction: emitting a kernel ended in an internal error.
test("tensors that are too large for kernels stay plain", () => {
  const { regions, reasons } = planned(
    `in %x: float32[1,64,8192,8192] ${weights} %a = Conv(%x, %w) {pads=[1, 1, 1, 1]} %y = Relu(%a)`,
  );
  expect(regions).toBe(0);
  expect(reasons).toContain("512 MiB is the most");
});

// ONNX Runtime looks at what there is; a kernel went over a million cells of padding for every result.
test("a window that reads next to nothing but padding stays plain, and what surrounds it does not", () => {
  const { regions, reasons } = planned(
    `in %x: float32[1,64,32,32] ${weights} %a = Conv(%x, %w) {pads=[1, 1, 1, 1]}
     %b = MaxPool(%a) {kernel_shape=[1001, 1001], pads=[500, 500, 500, 500]} %y = Conv(%b, %v)`,
  );
  expect(regions).toBeGreaterThan(0);
  expect(reasons).toContain("times the tensor");
});

test("padding of small maps is no matter", () => {
  const { regions } = planned(`in %x: float32[1,64,1,1] ${weights} %y = Conv(%x, %w) {pads=[1, 1, 1, 1]}`);
  expect(regions).toBe(1);
});
