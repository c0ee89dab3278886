import { expect, test } from "vitest";
import { parseModel, verifyStructure } from "../../../src/ir/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import { decodeProgram } from "../../../src/region/index.ts";
import { emitRegions } from "../../../targets/cpu/emit-regions.ts";
import { planRegions } from "../../../targets/cpu/plan-regions.ts";
import { defaultSelection } from "../../../targets/cpu/select.ts";
import { detectCpu } from "../../../targets/onnxruntime/detect-cpu.ts";

const device = { ...detectCpu(), isa: ["avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl"] };

test("a region that reads what another one computes is emitted beside it", async () => {
  const model = parseModel(`opset 17 graph g {
    in %x: float32[1,16,8,8]
    const %a: float32[16,16,3,3] = random(1)
    const %b: float32[16,16,3,3] = random(2)
    %p = Conv(%x, %a) {pads=[1, 1, 1, 1]}
    %s = Sin(%p)
    %q = Add(%p, %s)
    %y = Conv(%q, %b) {pads=[1, 1, 1, 1]}
    out %y }`);
  inferTypes(model);
  const { regions } = planRegions(model, (workload) => defaultSelection(workload, device) !== undefined);
  expect(regions).toHaveLength(2);
  const emitted = await emitRegions(model, regions, [
    { device, tuned: [], select: (workload) => defaultSelection(workload, device) },
  ]);
  expect(emitted).toHaveLength(2);
  expect(verifyStructure(model)).toEqual([]);
  const calls = [...model.graph.nodes()].filter(({ opType }) => opType !== "Sin");
  expect(calls.map(({ opType }) => opType).sort()).toEqual(emitted.map(({ best }) => best.name).sort());
  for (const call of calls) {
    const program = decodeProgram(call.inputs.at(-1)?.constant?.bytes() ?? new Uint8Array(0));
    if ("malformed" in program) throw new Error(program.malformed);
    const { inputs, outputs } = program;
    const names = call.inputs.slice(0, -1).map((value) => value?.name);
    expect(inputs.map(({ name }) => name)).toEqual(names);
    expect(outputs.map(({ name }) => name)).toEqual(call.outputs.map((value) => value?.name));
  }
});
