import { describe, expect, test } from "vitest";
import type { Pack, PackLoop } from "../../../src/codegen/index.ts";
import type { DType } from "../../../src/ir/index.ts";
import { digestConstants, encodeProgram } from "../../../src/region/encode-program.ts";
import type { BoundPack, Program } from "../../../src/region/program.ts";
import { host, hostMissing } from "../../targets/cpu/run-kernel.ts";
import { evaluatePack } from "./evaluate-pack.ts";
import type { Constants } from "./evaluate-pack.ts";
import { tableKernel } from "./test-kernels.ts";

if (hostMissing !== undefined) console.warn(`packs are not tested: ${hostMissing}`);

const types: Readonly<Record<string, DType>> = {
  weights: "int8",
  bias: "int32",
  "weight-scale": "float32",
  floats: "float32",
};

/** The weights space after packing, read by a kernel that copies it. */
function packed(packs: readonly Pack[], base: number, constants: Constants, bytes: number): Uint8Array {
  if ("missing" in host) throw new Error(host.missing);
  const roles = Object.keys(constants);
  const sources = Object.fromEntries(roles.map((role, index) => [role, index + 1]));
  const table = Math.ceil(bytes / 64) * 64;
  const identity = Uint8Array.from({ length: 256 }, (_, i) => i);
  const literal: BoundPack = { pack: { kind: "literal", targetOffset: 0, bytes: identity }, base: table, sources: {} };
  const kernel = tableKernel(bytes);
  const program: Program = {
    features: kernel.features,
    inputs: [
      { kind: "activation", name: "x", dtype: "uint8", bytes: 1 },
      ...roles.map((name) => {
        const dtype = types[name] as DType;
        return { kind: "constant" as const, name, dtype, bytes: (constants[name] as Uint8Array).byteLength };
      }),
    ],
    outputs: [{ name: "y", dtype: "uint8", dims: [bytes], bytes }],
    packs: [...packs.map((pack): BoundPack => ({ pack, base, sources })), literal],
    kernels: [kernel],
    steps: [
      {
        kernel: 0,
        name: "copy",
        places: [
          { space: "weights", offset: 0 },
          { space: "weights", offset: table },
          { space: "output", index: 0, offset: 0 },
        ],
      },
    ],
    weightsBytes: table + 256,
    arenaBytes: 0,
  };
  const list = roles.map((role) => constants[role] as Uint8Array);
  const loaded = host.load(encodeProgram(program, digestConstants(list)), list);
  const y = new Uint8Array(bytes);
  loaded.run([new Uint8Array(1)], [y]);
  loaded.free();
  return y;
}

/** A small generator of its own: packs need numbers that fit each other. */
function randomOf(seed: number): (least: number, most: number) => number {
  let state = seed * 2654435761 + 1;
  return (least, most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return least + Math.floor((state / 2 ** 32) * (most - least + 1));
  };
}

function randomBytes(random: (least: number, most: number) => number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random(0, 255));
}

/** Loops with strides of both signs, and the least and greatest offset they reach. */
function randomLoops(random: (least: number, most: number) => number, unit: number) {
  const loops: PackLoop[] = Array.from({ length: random(0, 4) }, () => ({
    count: random(1, 5),
    source: random(-3, 40),
    target: random(-2, 30) * unit,
  }));
  const reach = (of: "source" | "target", least: boolean): number =>
    loops.reduce((sum, loop) => sum + Math[least ? "min" : "max"](0, (loop.count - 1) * loop[of]), 0);
  return {
    loops,
    source: { least: reach("source", true), most: reach("source", false) },
    target: { least: reach("target", true), most: reach("target", false) },
  };
}

function compare(packs: readonly Pack[], base: number, constants: Constants, bytes: number): void {
  const expected = new Uint8Array(bytes);
  for (const pack of packs) evaluatePack(pack, base, constants, expected);
  expect(Buffer.from(packed(packs, base, constants, bytes))).toEqual(Buffer.from(expected));
}

describe.skipIf(hostMissing !== undefined)("the host library packs", () => {
  test("strided copies of every element size", () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = randomOf(seed);
      const elementBytes = ([1, 2, 4, 8] as const)[seed % 4] as 1 | 2 | 4 | 8;
      const { loops, source, target } = randomLoops(random, elementBytes);
      const extra = random(0, 3);
      const weights = randomBytes(random, (source.most - source.least + 1 + extra) * elementBytes);
      const pack: Pack = {
        kind: "copy",
        from: "weights",
        elementBytes,
        sourceOffset: -source.least + extra,
        targetOffset: -target.least + extra,
        loops,
      };
      compare([pack], 7, { weights }, 7 + target.most - target.least + extra + elementBytes);
    }
  });

  test("float32 rounded to bfloat16, in strided copies", () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = randomOf(seed);
      const { loops, source, target } = randomLoops(random, 2);
      const extra = random(0, 3);
      const floats = randomBytes(random, 4 * (source.most - source.least + 1 + extra));
      const bits = new Uint32Array(floats.buffer);
      // Ties, and carries into the exponent and infinity.
      bits.forEach((value, i) => {
        if (random(0, 2) === 0) bits[i] = (value & 0xffff_0000) | 0x8000;
        if (random(0, 9) === 0) bits[i] = 0x7f7f_ffff;
      });
      const offsets = { sourceOffset: -source.least + extra, targetOffset: -target.least + extra };
      const pack: Pack = { kind: "bf16", from: "floats", ...offsets, loops };
      compare([pack], 7, { floats }, 7 + target.most - target.least + extra + 2);
    }
  });

  test("biases with the zero point of the input folded in", () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = randomOf(seed);
      const channels = random(1, 150);
      const depth = random(1, 20);
      const taps = random(1, 3);
      const weights = randomBytes(random, channels * depth * taps);
      const bias = randomBytes(random, 4 * channels);
      const pack: Pack = {
        kind: "fold-bias",
        weights: "weights",
        bias: seed % 3 === 0 ? undefined : "bias",
        zeroPoint: random(-128, 255),
        channels,
        channelStride: depth * taps,
        loops: [
          { count: taps, source: depth, target: 0 },
          { count: depth, source: 1, target: 0 },
        ],
        targetOffset: 4,
        order: seed % 2 === 0 ? "quad64" : "natural",
      };
      compare([pack], 8, { weights, bias }, 12 + 4 * channels);
    }
  });

  test("multipliers in float32, rounded at each operation", () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = randomOf(seed);
      const channels = random(1, 200);
      const perTensor = seed % 3 === 0;
      const scales = Float32Array.from({ length: perTensor ? 1 : channels }, () => random(1, 1e6) / 1e9);
      const pack: Pack = {
        kind: "multiplier",
        weightScale: "weight-scale",
        perTensor,
        inputScale: Math.fround(random(1, 1e6) / 1e7),
        outputScale: Math.fround(random(1, 1e6) / 1e7),
        channels,
        targetOffset: 0,
        order: seed % 2 === 0 ? "quad64" : "natural",
      };
      compare([pack], 64, { "weight-scale": new Uint8Array(scales.buffer) }, 64 + 4 * channels);
    }
  });

  test("Winograd weights of both tiles, within a unit in the last place of G g G^T", () => {
    for (let seed = 0; seed < 12; seed++) {
      const random = randomOf(seed);
      const outputs = random(1, 20);
      const inputs = random(1, 7);
      const blockOutputs = random(1, 16);
      const tile = seed % 2 === 0 ? 2 : 4;
      const floats = Float32Array.from({ length: outputs * inputs * 9 }, () => random(-1e6, 1e6) / 1e6);
      const pack: Pack = { kind: "winograd-f32", from: "floats", tile, outputs, inputs, blockOutputs, targetOffset: 0 };
      const bytes = 4 * (tile + 2) ** 2 * Math.ceil(outputs / blockOutputs) * blockOutputs * inputs;
      const constants = { floats: new Uint8Array(floats.buffer) };
      const expected = new Uint8Array(bytes);
      evaluatePack(pack, 0, constants, expected);
      const found = new Float32Array(packed([pack], 0, constants, bytes).slice().buffer);
      new Float32Array(expected.buffer).forEach((value, i) =>
        expect(Math.abs((found[i] as number) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -23 + 1e-15),
      );
    }
  });

  test("int16 Winograd weights and their multipliers", () => {
    for (let seed = 0; seed < 12; seed++) {
      const random = randomOf(seed);
      const outputs = random(1, 20);
      const inputs = random(1, 7);
      const blockOutputs = random(1, 16);
      const perTensor = seed % 3 === 0;
      const weights = randomBytes(random, outputs * inputs * 9);
      if (seed % 4 === 0) weights.fill(0, 0, 9 * inputs);
      const scales = Float32Array.from({ length: perTensor ? 1 : outputs }, () => random(1, 1e6) / 1e9);
      const transformed = 36 * Math.ceil(outputs / blockOutputs) * blockOutputs * Math.ceil(inputs / 2) * 4;
      const pack: Pack = {
        kind: "winograd-s16",
        from: "weights",
        weightScale: "weight-scale",
        perTensor,
        inputScale: Math.fround(0.0173),
        outputScale: Math.fround(0.0291),
        bits: random(2, 16),
        // Few inputs a sum limit nothing; so many limit large weights.
        sumInputs: seed % 3 === 1 ? 65_000 : random(1, 8),
        outputs,
        inputs,
        blockOutputs,
        targetOffset: 0,
        scaleOffset: transformed,
      };
      const constants = { weights, "weight-scale": new Uint8Array(scales.buffer) };
      const bytes = transformed + 36 * outputs * 4;
      const expected = new Uint8Array(bytes);
      evaluatePack(pack, 0, constants, expected);
      const found = packed([pack], 0, constants, bytes);
      const integers = (all: Uint8Array): Int16Array => new Int16Array(all.slice(0, transformed).buffer);
      const multipliers = (all: Uint8Array): Float32Array => new Float32Array(all.slice(transformed).buffer);
      // The slow form rounds 1/6 and 1/24, so values halfway between two integers may fall to either side.
      integers(expected).forEach((value, i) =>
        expect(Math.abs((integers(found)[i] as number) - value)).toBeLessThanOrEqual(1),
      );
      multipliers(expected).forEach((value, i) =>
        expect(Math.abs((multipliers(found)[i] as number) - value)).toBeLessThanOrEqual(value * 2 ** -22),
      );
    }
  });
});
