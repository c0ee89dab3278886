import type { Kernel, Pack } from "../../../src/codegen/index.ts";
import { digestConstants, encodeProgram } from "../../../src/region/encode-program.ts";
import type { BoundPack, Place, Program, ProgramStep } from "../../../src/region/program.ts";
import { dotKernel, tableKernel } from "./test-kernels.ts";

const length = 5000;
const dots = 100;
const table = Uint8Array.from({ length: 256 }, (_, i) => (i * 7 + 3) % 256);

/** The constants of the sample program, in the order of its inputs. */
export const sampleConstants: readonly Uint8Array[] = [
  Uint8Array.from({ length: 64 * dots }, (_, i) => (i * 73) % 251),
  new Uint8Array(Int32Array.from({ length: dots }, (_, i) => 1000 * i - 5000).buffer),
  new Uint8Array(Float32Array.from({ length: dots }, (_, i) => (i + 1) / 1000).buffer),
];

/**
 * A program with steps from input to arena to outputs, and a pack of every kind; some packs fill weights that no step
 * reads, so that they are loaded all the same.
 */
function sampleProgram(): Program {
  const kernels: Kernel[] = [tableKernel(length), { ...dotKernel(dots), features: [] }];
  const at = { table: 0, weights: 256, bias: 256 + 64 * dots, other: 256 + 64 * dots + 448 };
  const sources = { weights: 1, bias: 2, "weight-scale": 3 };
  const bound = (pack: Pack, base: number): BoundPack => ({ pack, base, sources });
  const packsOf = (name: string): readonly Pack[] =>
    kernels[1]?.arguments.find((argument) => argument.name === name)?.packs?.({ numbers: { xZero: 9 }, tables: {} }) ??
    [];
  const winograd = { outputs: 6, inputs: 3, blockOutputs: 4, targetOffset: 0 };
  const packs = [
    bound({ kind: "literal", targetOffset: 0, bytes: table }, at.table),
    ...packsOf("weights").map((pack) => bound(pack, at.weights)),
    ...packsOf("bias").map((pack) => bound(pack, at.bias)),
    bound(
      {
        kind: "multiplier",
        weightScale: "weight-scale",
        perTensor: false,
        inputScale: 0.5,
        outputScale: 0.25,
        channels: dots,
        targetOffset: 64,
        order: "quad64",
      },
      at.other,
    ),
    bound(
      {
        kind: "copy",
        from: "bias",
        elementBytes: 4,
        sourceOffset: 5,
        targetOffset: 40,
        loops: [
          { count: 5, source: 10, target: 8 },
          { count: 2, source: -3, target: -4 },
        ],
      },
      at.other + 512,
    ),
    bound(
      {
        kind: "bf16",
        from: "weight-scale",
        sourceOffset: 1,
        targetOffset: 64,
        loops: [{ count: 3, source: 1, target: 2 }],
      },
      at.other + 512,
    ),
    bound({ kind: "winograd-f32", from: "weight-scale", tile: 2, ...winograd, outputs: 2, inputs: 4 }, at.other + 1024),
    bound(
      {
        kind: "winograd-s16",
        from: "weights",
        weightScale: "weight-scale",
        perTensor: true,
        inputScale: 0.5,
        outputScale: 0.25,
        bits: 13,
        sumInputs: 64,
        scaleOffset: 36 * 8 * 2 * 4,
        ...winograd,
      },
      at.other + 4096,
    ),
  ];
  const look = (name: string, x: Place, y: Place): ProgramStep => ({
    kernel: 0,
    name,
    places: [x, { space: "weights", offset: at.table }, y],
  });
  const first: Place = { space: "arena", offset: 0 };
  const second: Place = { space: "arena", offset: 5056 };
  return {
    features: [],
    inputs: [
      { kind: "activation", name: "x", dtype: "uint8", bytes: length },
      { kind: "constant", name: "weights", dtype: "int8", bytes: 64 * dots },
      { kind: "constant", name: "bias", dtype: "int32", bytes: 4 * dots },
      { kind: "constant", name: "weight-scale", dtype: "float32", bytes: 4 * dots },
    ],
    outputs: [
      { name: "sums", dtype: "int32", dims: [1, dots], bytes: 4 * dots },
      { name: "bytes", dtype: "uint8", dims: [1, 50, 100], bytes: length },
    ],
    packs,
    kernels,
    steps: [
      look("first", { space: "input", index: 0, offset: 0 }, first),
      look("second", first, second),
      {
        kernel: 1,
        name: "dot",
        places: [
          { space: "arena", offset: 5056 + 64 },
          { space: "weights", offset: at.weights },
          { space: "weights", offset: at.bias },
          { space: "output", index: 0, offset: 0 },
        ],
      },
      look("last", second, { space: "output", index: 1, offset: 0 }),
    ],
    weightsBytes: at.other + 4096 + 36 * 8 * 2 * 4 + 36 * 6 * 4,
    arenaBytes: 5056 + length,
  };
}

/** What the program computes from x. */
export function evaluateSample(x: Uint8Array): { readonly sums: Int32Array; readonly bytes: Uint8Array } {
  const look = (bytes: Uint8Array): Uint8Array => bytes.map((value) => table[value] as number);
  const second = look(look(x));
  const weights = new Int8Array((sampleConstants[0] as Uint8Array).slice().buffer);
  const bias = new Int32Array((sampleConstants[1] as Uint8Array).slice().buffer);
  const sums = bias.map((value, o) => {
    let sum = value;
    for (let k = 0; k < 64; k++) sum += ((second[64 + k] as number) - 9) * (weights[64 * o + k] as number);
    return sum;
  });
  return { sums, bytes: look(second) };
}

/** The bytes of the sample, with what `change` makes of it. */
export function sampleBytes(change: (program: Program) => Program = (program) => program): Uint8Array {
  return encodeProgram(change(sampleProgram()), digestConstants(sampleConstants));
}
