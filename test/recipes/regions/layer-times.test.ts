import { expect, test } from "vitest";
import type { RegionReport, RegionStepReport } from "../../../src/events.ts";
import { parseModel } from "../../../src/ir/index.ts";
import { timeLayers } from "../../../src/recipes/regions/layer-times.ts";
import { nameNodes } from "../../../src/recipes/name-nodes.ts";

const model = parseModel(`opset 17 graph g {
  in %x: float32[1]
  %a = Neg(%x) @conv
  %b = Relu(%a) @relu
  %c = Neg(%b) @second
  %d = Exp(%c) @gelu
  out %d }`);

const step = (workload: string, nodes: readonly string[], rest: Partial<RegionStepReport> = {}): RegionStepReport => ({
  ...{ name: workload, workload, template: "t@1", point: {}, work: 1, nodes, ...rest },
});
const region = (name: string, steps: readonly RegionStepReport[]): RegionReport =>
  ({ name, nodes: 1, steps, programBytes: 1, arenaBytes: 1, weightsBytes: 1 }) as unknown as RegionReport;
const peer = (op: string, ns: number, ...nodes: readonly string[]) => ({ op, ns, nodes });

test("steps and ONNX Runtime's nodes that stand for the same are one layer, its times and peak those of all its steps", () => {
  const steps = [
    step("border", []),
    step("conv", ["conv"], { ns: 80, peakShare: 0.5 }),
    step("relu", ["relu"]),
    step("second", ["second", "gelu"]),
  ];
  const profile = {
    regions: [{ name: "r", stepNs: [10, 90, 20, 80] }],
    peers: [peer("FusedConv", 300, "conv"), peer("Neg", 30, "second"), peer("Exp", 10, "gelu"), peer("Other", 5, "no")],
  };
  const { regions, layers } = timeLayers(model, [region("r", steps)], profile)!;
  expect(regions[0]?.steps.map(({ networkNs }) => networkNs)).toEqual([10, 90, 20, 80]);
  const at = (index: number) => ({ region: "r", step: index });
  expect(layers).toEqual([
    {
      // What fills the border, and the activation that ONNX Runtime fused, have no node of its own there.
      ...{ steps: [at(0), at(1), at(2)], ns: 120, share: 0.6, peakShare: 40 / 120 },
      peer: { operators: ["FusedConv"], ns: 300, ratio: 2.5 },
    },
    { steps: [at(3)], ns: 80, share: 0.4, peer: { operators: ["Neg", "Exp"], ns: 40, ratio: 0.5 } },
  ]);
});

test("what nothing of ONNX Runtime's stands for is not compared", () => {
  const steps = [step("only", ["gelu"])];
  const { layers } = timeLayers(model, [region("r", steps)], { regions: [{ name: "r", stepNs: [5] }], peers: [] })!;
  expect(layers).toEqual([{ steps: [{ region: "r", step: 0 }], ns: 5, share: 1 }]);
});

test("a profile of other regions tells nothing", () => {
  const regions = [region("r", [step("a", ["conv"])])];
  expect(timeLayers(model, regions, { regions: [{ name: "r", stepNs: [1, 2] }], peers: [] })).toBeUndefined();
  expect(timeLayers(model, regions, { regions: [{ name: "q", stepNs: [1] }], peers: [] })).toBeUndefined();
});

test("nodes without a name, or with another's, get one; the same graph always the same ones", () => {
  const nameless = () =>
    parseModel(`opset 17 graph g {
      in %x: float32[1]
      %a = Neg(%x) @Relu_0
      %b = Relu(%a)
      %c = Neg(%b) @Relu_0
      %d = Relu(%c)
      out %d }`);
  const namesOf = (graph: ReturnType<typeof nameless>["graph"]) => [...graph.nodes()].map(({ name }) => name);
  const first = nameless();
  nameNodes(first);
  expect(namesOf(first.graph)).toEqual(["Relu_0", "Relu_1", "Neg_0", "Relu_2"]);
  nameNodes(first);
  expect(namesOf(first.graph)).toEqual(["Relu_0", "Relu_1", "Neg_0", "Relu_2"]);
});
