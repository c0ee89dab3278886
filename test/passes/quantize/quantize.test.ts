import { expect, test } from "vitest";
import { cloneModel, hashModel, numbersOf, parseModel, verifyStructure } from "../../../src/ir/index.ts";
import type { Model } from "../../../src/ir/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import {
  applyPlan,
  dialects,
  makePlan,
  parseCalibration,
  printCalibration,
  selectInt8,
} from "../../../passes/quantize/index.ts";
import type { Candidate } from "../../../passes/quantize/index.ts";
import type { Feeds } from "../../../src/pipeline/executor.ts";
import { codeOf } from "../../data/code-of.ts";
import {
  calibrated,
  fusedOperators,
  nothingExcluded,
  ortExecutor,
  randomSamples,
  runQuantize,
  x86,
} from "./support.ts";

const residual = `opset 13
graph g {
  in %x: float32[1,3,12,12]
  const %w1: float32[8,3,3,3] = random(1)
  const %b1: float32[8] = random(2)
  const %w2: float32[8,8,3,3] = random(3)
  const %wf: float32[10,8] = random(5)
  const %bf: float32[10] = random(6)
  %c1 = Conv(%x, %w1, %b1) {pads=[1, 1, 1, 1]} @stem
  %r1 = Relu(%c1) @relu1
  %c2 = Conv(%r1, %w2) {pads=[1, 1, 1, 1]} @body
  %s = Add(%c2, %r1) @sum
  %r2 = Relu(%s) @relu2
  %g = GlobalAveragePool(%r2) @pool
  %f = Flatten(%g) @flat
  %y = Gemm(%f, %wf, %bf) {transB=1} @fc
  out %y
}
`;

async function quantizedResidual(target = x86): Promise<Model> {
  const model = parseModel(residual);
  await runQuantize(model, await calibrated(model, randomSamples(model, 8), "minmax", target), target);
  return model;
}

/** SQNR in decibel of a changed model's outputs on samples that calibration has not seen. */
async function sqnr(original: Model, changed: Model): Promise<number> {
  const feeds: Feeds[] = [];
  for await (const sample of randomSamples(original, 14).samples([10, 11, 12, 13])) feeds.push(sample.feeds);
  const outputs = async (model: Model): Promise<readonly (readonly number[])[]> => {
    const all: number[][] = [];
    for await (const values of ortExecutor("all").run(model, feeds))
      all.push([...values.values()].flatMap((value) => ("dtype" in value ? Array.from(numbersOf(value)) : [])));
    return all;
  };
  const [x, y] = [(await outputs(original)).flat(), (await outputs(changed)).flat()];
  const noise = x.reduce((sum, value, i) => sum + (value - (y[i] as number)) ** 2, 0);
  return 10 * Math.log10(x.reduce((sum, value) => sum + value * value, 0) / noise);
}

test("Q/DQ stand round every INT8 operator, none before a folded clamp, with the names ONNX Runtime's tools expect", async () => {
  const model = await quantizedResidual();
  expect(verifyStructure(model)).toEqual([]);
  const names = [...model.graph.nodes()].map((node) => node.name);
  expect(names).toEqual(
    expect.arrayContaining(["x_QuantizeLinear", "x_DequantizeLinear", "w1_DequantizeLinear", "b1_DequantizeLinear"]),
  );
  const constants = [...model.graph.constants].map((value) => value.name);
  expect(constants).toEqual(
    expect.arrayContaining(["x_scale", "x_zero_point", "w1_quantized", "w1_scale", "w1_zero_point"]),
  );
  expect(constants).not.toContain("w1");
  const quantized = names.filter((name) => name.endsWith("_QuantizeLinear"));
  expect(quantized.sort()).toEqual(["c2", "f", "g", "r1", "r2", "x"].map((name) => `${name}_QuantizeLinear`));
  const scale = (name: string): number => {
    const node = [...model.graph.nodes()].find((candidate) => candidate.name === name);
    return numbersOf(node?.input(1)?.constant as never)[0] as number;
  };
  expect(scale("f_QuantizeLinear")).toBe(scale("g_QuantizeLinear"));
  expect(model.graph.outputs.map((output) => output.name)).toEqual(["y"]);
  expect(model.metadata.get("onnx.infer")).toBe("onnxruntime.quant");
  expect(await sqnr(parseModel(residual), model)).toBeGreaterThan(30);
});

test("an output that an INT8 operator computes stays float and keeps its name", async () => {
  const text = `opset 13
graph g {
  in %x: float32[1,3,8,8]
  const %w: float32[4,3,3,3] = random(1)
  %y = Conv(%x, %w)
  out %y
}
`;
  const model = parseModel(text);
  await runQuantize(model, await calibrated(model, randomSamples(model, 8)));
  const [output] = model.graph.outputs;
  expect([output?.name, output?.producer?.opType]).toEqual(["y", "DequantizeLinear"]);
  expect(verifyStructure(model)).toEqual([]);
  expect(await sqnr(parseModel(text), model)).toBeGreaterThan(30);
});

test("excluded nodes and operators stay float, with the reason", async () => {
  for (const options of [{ nodesToExclude: "^body$" }, { outputsToExclude: ["c2"] }, { opTypesToExclude: ["Gemm"] }]) {
    const model = parseModel(residual);
    const { notes } = await runQuantize(
      model,
      await calibrated(model, randomSamples(model, 4), "minmax", x86, options),
      x86,
      options,
    );
    const refused = notes.filter((note) => note.startsWith("refusal"));
    expect(refused.join()).toMatch(/excluded by the options|kept in float by the plan/);
    const float = [...model.graph.nodes()].filter(({ opType }) => opType === "Conv" || opType === "Gemm");
    expect(float.some((node) => node.input(1)?.isConstant)).toBe(true);
  }
});

test("a node without a name is excluded by the name of its first output, as reports call it", async () => {
  const text = `opset 13
graph g {
  in %x: float32[2,3,8,8]
  const %w: float32[4,3,3,3] = random(1)
  const %v: float32[4,4,3,3] = random(2)
  %c = Conv(%x, %w)
  %y = Conv(%c, %v)
  out %y
}
`;
  const options = { nodesToExclude: "^c$" };
  const model = parseModel(text);
  const { notes } = await runQuantize(
    model,
    await calibrated(model, randomSamples(model, 4), "minmax", x86, options),
    x86,
    options,
  );
  expect(notes.join()).toMatch(/excluded by the options/);
  const [first, second] = [...model.graph.nodes()].filter(({ opType }) => opType === "Conv");
  expect([first?.input(1)?.isConstant, second?.input(1)?.isConstant]).toEqual([true, false]);
});

test("without VNNI weights fit seven bits", async () => {
  const model = await quantizedResidual({ ...x86, hasVnni: false });
  for (const value of model.graph.constants)
    if (value.name.startsWith("w") && value.name.endsWith("_quantized"))
      expect(Math.max(...Array.from(numbersOf(value.constant as never), Math.abs))).toBeLessThanOrEqual(63);
});

test("the TensorRT dialect: int8 with zero point 0 on inputs only, bias in float", async () => {
  const target = { ...x86, qdqDialect: "tensorrt" as const };
  const model = await quantizedResidual(target);
  const nodes = [...model.graph.nodes()];
  for (const node of nodes) {
    if (node.opType !== "QuantizeLinear") continue;
    const zeroPoint = node.input(2)?.constant;
    expect([zeroPoint?.dtype, numbersOf(zeroPoint as never)[0]]).toEqual(["int8", 0]);
  }
  const stem = nodes.find((node) => node.name === "stem");
  expect(stem?.input(2)?.isConstant).toBe(true);
  expect(stem?.output.soleUser?.opType).toBe("Relu");
  expect(await sqnr(parseModel(residual), model)).toBeGreaterThan(28);
});

test("a plan is plain data: through JSON and back it writes the same model", async () => {
  const model = parseModel(residual);
  const calibration = await calibrated(model, randomSamples(model, 4));
  const plan = makePlan(selectInt8(model.graph, dialects.x86, nothingExcluded), calibration, dialects.x86, true);
  const copy = cloneModel(model);
  applyPlan(model, plan);
  applyPlan(copy, JSON.parse(JSON.stringify(plan)) as typeof plan);
  expect(hashModel(copy, { names: true })).toBe(hashModel(model, { names: true }));
});

test("calibration is bound to its graph and survives its file; auto tries every method and keeps the best", async () => {
  const model = parseModel(residual);
  const candidates: Candidate[] = [];
  const calibration = await calibrated(model, randomSamples(model, 8), "auto", x86, {}, candidates);
  expect(new Set(candidates.map(({ method }) => method)).size).toBe(5);
  const best = Math.max(...candidates.filter((c) => c.biasCorrection).map((c) => c.sqnrDb));
  expect(candidates.find((c) => c.method === calibration.chosen)?.sqnrDb).toBe(best);
  expect(parseCalibration(printCalibration(calibration), "a.calib.json")).toEqual(calibration);
  const other = parseModel(residual.replace("random(3)", "random(9)"));
  inferTypes(other);
  expect(await codeOf(() => runQuantize(other, calibration))).toBe("IO0503");
  expect(await codeOf(() => parseCalibration("{}", "a.calib.json"))).toBe("IO0505");
  const poorer = { ...calibration, ranges: {} };
  expect(await codeOf(() => runQuantize(model, poorer))).toBe("IO0507");
});

test("streaming calibration is the same bytes every time", async () => {
  const make = async (): Promise<string> => {
    const model = parseModel(residual);
    return printCalibration(await calibrated(model, randomSamples(model, 6), "percentile"));
  };
  expect(await make()).toBe(await make());
});

test("refusals: quantized twice, operator set below 13, a target without Q/DQ, a bad pattern, no samples", async () => {
  const twice = await quantizedResidual();
  const calibration = await calibrated(parseModel(residual), randomSamples(parseModel(residual), 2));
  expect(await codeOf(() => runQuantize(twice, calibration))).toBe("IO0501");
  const old = parseModel(residual.replace("opset 13", "opset 11"));
  expect(await codeOf(() => runQuantize(old, calibration))).toBe("IO0502");
  const model = parseModel(residual);
  expect(await codeOf(() => runQuantize(model, calibration, { ...x86, qdqDialect: "none" }))).toBe("IO0509");
  expect(await codeOf(() => runQuantize(model, calibration, x86, { nodesToExclude: "(" }))).toBe("IO0508");
  expect(await codeOf(() => calibrated(parseModel(residual), randomSamples(model, 0)))).toBe("IO0506");
  expect((await runQuantize(model, undefined)).changes).toBe(0);
});

test("node names stay unique where operators of different scales share one bias", async () => {
  const model = parseModel(`opset 13
graph g {
  in %x: float32[1,3,8,8]
  const %w1: float32[3,3,3,3] = random(1)
  const %w2: float32[3,3,3,3] = random(2)
  const %b: float32[3] = random(3)
  %c1 = Conv(%x, %w1, %b) {pads=[1, 1, 1, 1]} @first
  %c2 = Conv(%c1, %w2, %b) {pads=[1, 1, 1, 1]} @second
  out %c2
}
`);
  await runQuantize(model, await calibrated(model, randomSamples(model, 4)));
  const names = [...model.graph.nodes()].map((node) => node.name);
  expect(names.length).toBe(new Set(names).size);
  await expect(fusedOperators(model)).resolves.toContain("QLinearConv");
});
