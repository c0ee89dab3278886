import { expect, test } from "vitest";
import type { LayerReport, RegionsReport, RegionStepReport } from "../../src/events.ts";
import { describeLayers, layerKinds } from "../../src/report/layers.ts";

const step = (workload: string, networkNs: number): RegionStepReport => ({
  ...{ name: workload, workload, template: "igemm@1", point: { vectors: 2, pixels: 6, prefetch: 0 } },
  ...{ work: 1, nodes: [], networkNs },
});
const region = "Region_avx512vnni_0";
const at = (...steps: readonly number[]): LayerReport["steps"] => steps.map((index) => ({ region, step: index }));

function reportOf(steps: readonly RegionStepReport[], layers: readonly LayerReport[]): RegionsReport {
  return { layers, regions: [{ name: region, steps }] } as unknown as RegionsReport;
}

const lines = (report: RegionsReport): readonly string[] => describeLayers(report, report.layers ?? []);

test("layers in the network stand against ONNX Runtime, the slowest first, each by its longest step", () => {
  const steps = [step("fill-border 8x8 16", 100), step("conv 8x8 16->16 3x3", 900), step("mul 8x8 16", 3000)];
  const layers: LayerReport[] = [
    {
      steps: at(0, 1),
      ns: 1000,
      share: 0.25,
      peakShare: 0.714,
      peer: { operators: ["QLinearConv"], ns: 2000, ratio: 2 },
    },
    { steps: at(2), ns: 3000, share: 0.75 },
  ];
  expect(lines(reportOf(steps, layers)).join("\n")).toMatchInlineSnapshot(`
    "layer                kernel                      uses    time    share  % of peak    ONNX Runtime  ratio
    mul 8x8 16           igemm@1 pixels=6 vectors=2     1  3.0 us   75.0 %          -  not comparable      -
    conv 8x8 16->16 3x3  igemm@1 pixels=6 vectors=2     1  1.0 us   25.0 %         71          2.0 us  2.00x
    all                                                 2  4.0 us  100.0 %          -          2.0 us  2.00x"
  `);
});

test("those that take little are summed up, unless they lose", () => {
  const steps = Array.from({ length: 20 }, (_, i) => step(`layer ${i}`, 1000 - i));
  const layers = steps.map(({ networkNs = 0 }, i): LayerReport => {
    const ratio = i === 18 ? 0.8 : 1.5;
    return { steps: at(i), ns: networkNs, share: 0.05, peer: { operators: ["Conv"], ns: networkNs * ratio, ratio } };
  });
  const told = lines(reportOf(steps, layers)).map((line) => line.trim().split("  ")[0]);
  expect(told).toEqual(["layer", ...Array.from({ length: 12 }, (_, i) => `layer ${i}`), "layer 18", "others", "all"]);
});

test("layers of one kind are one row, their times together", () => {
  const steps = [step("conv", 100), step("conv", 300), step("conv", 200)];
  const layers = steps.map(({ networkNs = 0 }, i): LayerReport => {
    const peer = { operators: i === 2 ? ["Conv", "Add"] : ["Conv"], ns: 400, ratio: 400 / networkNs };
    return { steps: at(i), ns: networkNs, share: networkNs / 600, peakShare: 0.5, peer };
  });
  const kinds = layerKinds(reportOf(steps, layers), layers);
  expect(kinds.map(({ uses, ns, peakShare, peer }) => ({ uses, ns, peakShare, ratio: peer?.ratio }))).toEqual([
    { uses: 2, ns: 400, peakShare: 0.5, ratio: 2 },
    { uses: 1, ns: 200, peakShare: 0.5, ratio: 2 },
  ]);
});
