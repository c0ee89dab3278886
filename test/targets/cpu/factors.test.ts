import { expect, test } from "vitest";
import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { Point, Template, Workload } from "../../../src/schedule/index.ts";
import { evaluateBinary } from "../../../targets/cpu/reference/binary.ts";
import { evaluateConv } from "../../../targets/cpu/reference/conv.ts";
import { depthwise } from "../../../targets/cpu/templates/depthwise.ts";
import { igemm, igemmGrouped } from "../../../targets/cpu/templates/igemm.ts";
import type { ConvWorkload, DepthwiseWorkload, GroupedConvWorkload, Residual } from "../../../targets/cpu/workload.ts";
import type { ConvCase } from "./random-conv.ts";
import { choices, convConstants, expectedConv, randomConv } from "./random-conv.ts";
import { expectedDepthwise, randomDepthwise } from "./random-depthwise.ts";
import { expectedProduct, randomGrouped } from "./random-grouped.ts";
import { canRun, runKernel } from "./run-kernel.ts";
import { integerIsas, testDevice } from "./test-devices.ts";

interface Sample<W extends ConvWorkload | GroupedConvWorkload | DepthwiseWorkload> {
  readonly workload: W;
  readonly operands: Omit<ConvCase["operands"], "residual"> & { readonly residual: Uint8Array | undefined };
  readonly parameters: KernelParameters;
}

/** A case with a uint8 result that is multiplied by a tensor, with gaps or without, or combined with a number a channel. */
function combined<W extends ConvWorkload | GroupedConvWorkload | DepthwiseWorkload>(
  sample: Sample<W>,
  seed: number,
): Sample<W> {
  const { below, pick } = choices(seed + 5e6);
  const { workload, operands } = sample;
  const { rows, columns, epilogue } = workload;
  const channels = "outputs" in workload ? workload.outputs : workload.channels;
  const pixel = pick([0, channels, channels, channels + 3]);
  const strides = { pixel, row: pixel === 0 ? 0 : columns * pixel + pick([0, 0, 7]) };
  const residual: Residual = pixel === 0 && below(2) === 0 ? strides : { ...strides, multiplies: true };
  const bytes = (rows - 1) * residual.row + (columns - 1) * residual.pixel + channels;
  return {
    ...sample,
    workload: { ...workload, epilogue: { ...epilogue, out: "u8", table: below(3) === 0, residual } },
    operands: { ...operands, residual: Uint8Array.from({ length: bytes }, () => below(256)) },
  };
}

function randomPoint<W extends Workload>(
  template: Template<W>,
  workload: W,
  isa: readonly string[],
  seed: number,
): Point {
  const { pick } = choices(seed);
  const space = template.space(workload, testDevice(isa));
  for (let attempt = 0; attempt < 20; attempt++) {
    const point = Object.fromEntries(space.parameters.map(({ name, values }) => [name, pick(values)]));
    if (space.legal(point)) return point;
  }
  return template.seed(workload, testDevice(isa));
}

function check<W extends ConvWorkload | GroupedConvWorkload | DepthwiseWorkload>(
  template: Template<W>,
  sample: Sample<W>,
  expected: Uint8Array,
  isa: readonly string[],
  seed: number,
): void {
  const { workload, operands, parameters } = sample;
  const point = seed % 4 === 0 ? template.seed(workload, testDevice(isa)) : randomPoint(template, workload, isa, seed);
  const kernel = { ...template.emit(workload, point, testDevice(isa)), grain: 1 };
  const buffers = { x: operands.x, residual: operands.residual as Uint8Array };
  const { y } = runKernel(kernel, buffers, parameters, convConstants(sample), { threads: 1 + (seed % 3) });
  const wrong = expected.findIndex((byte, index) => byte !== y?.[index]);
  expect([y?.length, wrong], `seed ${seed}: ${JSON.stringify(workload)} at ${JSON.stringify(point)}`).toEqual([
    expected.length,
    -1,
  ]);
}

/** Random workloads of each template and instruction set; more of them on request. */
const count = Number(process.env["INFER_OPT_KERNEL_CASES"] ?? "500");

for (const [name, isa] of Object.entries(integerIsas))
  test.skipIf(!canRun(isa))(`products with factors and vectors, ${name}: equal to the reference`, () => {
    for (let seed = 1; seed <= count; seed++) {
      const dense = combined(randomConv(seed), seed);
      check(igemm, dense, expectedConv(dense), isa, seed);
      const channelwise = combined(randomDepthwise(seed), seed);
      check(depthwise, channelwise, expectedDepthwise(channelwise), isa, seed);
      if (seed % 4 > 0) continue;
      const grouped = combined(randomGrouped(seed), seed);
      check(igemmGrouped, grouped, expectedProduct(grouped), isa, seed);
    }
  });

test("a product with a factor or vector is QLinearMul or QLinearAdd of both, bit by bit", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const sample = combined(randomConv(seed), seed);
    const { workload, operands, parameters } = sample;
    const { rows, columns, outputs: channels, epilogue } = workload;
    const y = { row: columns * channels, pixel: channels };
    const [first, product] = [new Uint8Array(rows * y.row), new Uint8Array(rows * y.row)];
    const plain = { ...workload, y, epilogue: { ...epilogue, residual: undefined } };
    evaluateConv(plain, { ...operands, residual: undefined, y: first }, parameters);
    const numbers = parameters.numbers as Record<string, number>;
    const renamed = (from: string, to: string): Record<string, number> => ({
      [`${to}Scale`]: numbers[`${from}Scale`] as number,
      [`${to}Zero`]: numbers[`${from}Zero`] as number,
    });
    const { row, pixel, multiplies } = epilogue.residual as Residual;
    evaluateBinary(
      {
        ...{ op: "binary-u8", kind: multiplies === true ? "mul" : "add", rows, columns, channels },
        ...{ a: y, y, table: false },
        b: pixel === 0 ? "channel" : { row, pixel },
      },
      { a: first, b: operands.residual as Uint8Array, y: product },
      {
        numbers: {
          ...renamed(epilogue.table ? "table" : "y", "a"),
          ...renamed("residual", "b"),
          ...renamed("out", "y"),
          lo: numbers["outLo"] as number,
          hi: numbers["outHi"] as number,
        },
        tables: {},
      },
    );
    const fused = new Uint8Array(rows * y.row);
    evaluateConv({ ...workload, y }, { ...operands, y: fused }, parameters);
    expect(Buffer.compare(fused, product), `seed ${seed}`).toBe(0);
  }
});
