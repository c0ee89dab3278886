import { expect, test } from "vitest";
import { renderReport } from "../../../src/report/index.ts";
import { demandingReport, sampleReport as report } from "../sample-report.ts";

test("the page shows the verdict first, and everything the report holds", () => {
  const page = renderReport(report);
  for (const words of [
    ...["2.00x", "1.00 MB", "25 % of 4.00 MB", "89.00 %", "was 90.00 %", "fuse-affine", "linear-batchnorm 2"],
    ...["left out: fuse-gemm", "33.3 dB", "head", "conv-u8s8 7x7 8-&gt;8 3x3", "91 % of peak", "two readers"],
    ...["Accuracy by layer", "Conv conv", "31.3 dB", "28.5 dB", "1 layer in float", "31.3 dB of its own"],
    ...["relu&lt;1&gt;", "0 to 6, clips 1.25 %", "M0 0.0H40.0L40.0"],
    ...["1 search, 5 candidates tried, 1 failed", "conv-u8s8 7x7, 1t", "4.0 us to 2.0 us, 2.00x in 5"],
    ...["M0.0 1.0H80.0V43.0H160"],
    ...["no kernel", "IO0712", "a hint", "a note", "not taken: slower", "5 → 5", "0 → 6"],
  ])
    expect(page).toContain(words);
  expect(page).toContain('<td class="text">linear-batchnorm 2</td>');
  expect(page.indexOf("Verdict")).toBeLessThan(page.indexOf("Forms"));
});

test("constraints, memory, energy, cost and the machine are told where they are known", () => {
  const page = renderReport(demandingReport);
  for (const words of [
    ...["Constraints", "Best by size", "--max-latency 1ms", "1.100 ms ✗", "1000000 bytes ✓"],
    ...["session memory, was 3.00 MB", "energy of an inference (estimate), was 119.5 uJ", "at 1 thread, was 0.052"],
    ...["governor powersave, turbo on, 52 °C."],
  ])
    expect(page).toContain(words);
  expect(renderReport(report)).not.toMatch(/Constraints|session memory|governor/);
});

test("names and messages are text, never markup", () => {
  const page = renderReport(report);
  expect(page).toContain("net&lt;1&gt;.onnx");
  expect(page).toContain("a &lt;b&gt; message");
  expect(page).toContain("a \\&quot;quoted\\&quot; &amp; folder");
  expect(page).not.toMatch(/<b> message|<1>/);
});

test("nothing is fetched and nothing runs", () => {
  const page = renderReport(report);
  expect(page).not.toMatch(/<script|https?:|src=|@import|url\(/);
});

test("bars are drawn on one scale, whatever is longest", () => {
  const widths = [...renderReport(report).matchAll(/class="bar(?: before)?" style="width:([\d.]+)%"/g)].map((m) =>
    Number(m[1]),
  );
  expect(widths.length).toBeGreaterThan(8);
  expect(Math.max(...widths)).toBe(100);
  expect(Math.min(...widths)).toBe(0);
});

test("a report of a run that measured nothing has no empty charts", () => {
  const page = renderReport({
    ...report,
    ...{
      regions: [],
      tuning: [],
      refusals: [],
      problems: [],
      notes: [],
      stages: [],
      quantization: { refused: "no data" },
    },
    output: { ...report.output, form: "original" },
    forms: [{ name: "original", nodes: 10, bytes: 1, timings: [], accuracy: [], verdict: "" }],
    choice: { form: "original", reason: "not timed", measured: "no" },
    noise: undefined,
  });
  expect(page).toContain("The original was kept.");
  expect(page).toContain("No INT8 form: no data");
  expect(page).toContain("Nothing was timed");
  expect(page).not.toMatch(/Latency at|Kernels|Remarks|Left as it was|undefined|NaN/);
});

test("of the ways to calibrate just the chosen one stands out, with bias correction or without", () => {
  const candidates = [true, false].map((biasCorrection) => ({ method: "mse", biasCorrection, sqnrDb: 30 }));
  const strongest = (biasCorrection: boolean): readonly string[] => {
    const quantization = { chosen: "mse", biasCorrection, samples: 8, int8Nodes: 2, floatNodes: [], candidates };
    const page = renderReport({ ...report, quantization });
    return [...page.matchAll(/class="row strong">\s*<span class="label" title="(mse[^"]*)"/g)].map((m) => m[1] ?? "");
  };
  expect(strongest(true)).toEqual(["mse + bias"]);
  expect(strongest(false)).toEqual(["mse"]);
});

test("layers in the network are told with what ONNX Runtime takes for the same", () => {
  const [first] = report.regions;
  const [region] = first!.regions;
  const [step] = region!.steps;
  const timed = { ...region!, steps: [{ ...step!, networkNs: 4000 }] };
  const peer = { operators: ["Conv"], ns: 6000, ratio: 1.5 };
  const layers = [{ steps: [{ region: timed.name, step: 0 }], ns: 4000, share: 1, peer }];
  const page = renderReport({ ...report, regions: [{ ...first!, regions: [timed], layers }] });
  expect(page).toContain("1.50x of ONNX Runtime");
  expect(page).toContain("All 1 layers");
});
