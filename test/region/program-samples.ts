import fc from "fast-check";
import { cpuFeatures } from "../../src/codegen/index.ts";
import type { Kernel, Pack, PackLoop } from "../../src/codegen/index.ts";
import type { BoundPack, Place, Program, ProgramInput, ProgramOutput, ProgramStep } from "../../src/region/program.ts";

/** Names of inputs; packs refer to inputs by them, as decoded packs do. */
const inputNames = ["x", "weights", "bias", "weight-scale", "größe"];

const size = fc.integer({ min: 0, max: 2 ** 40 });
const stride = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
const loops: fc.Arbitrary<PackLoop[]> = fc.array(fc.record({ count: size, source: stride, target: stride }), {
  maxLength: 8,
});
const role = fc.constantFrom(...inputNames);
const order = fc.constantFrom("natural" as const, "quad64" as const);
const scale = fc.float({ noNaN: true });
const winograd = { from: role, outputs: size, inputs: size, blockOutputs: size, targetOffset: size };
const access = fc.constantFrom("read" as const, "write" as const, "readwrite" as const);

const packs: fc.Arbitrary<Pack> = fc.oneof(
  fc.record({
    kind: fc.constant("copy" as const),
    from: role,
    elementBytes: fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const),
    sourceOffset: size,
    targetOffset: size,
    loops,
  }),
  fc.record({ kind: fc.constant("bf16" as const), from: role, sourceOffset: size, targetOffset: size, loops }),
  fc.record({ kind: fc.constant("literal" as const), targetOffset: size, bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({
    kind: fc.constant("fold-bias" as const),
    weights: role,
    bias: fc.option(role, { nil: undefined }),
    zeroPoint: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    channels: size,
    channelStride: stride,
    loops,
    targetOffset: size,
    order,
  }),
  fc.record({
    kind: fc.constant("multiplier" as const),
    weightScale: role,
    perTensor: fc.boolean(),
    inputScale: scale,
    outputScale: scale,
    channels: size,
    targetOffset: size,
    order,
  }),
  fc.record({
    kind: fc.constant("winograd-f32" as const),
    tile: fc.constantFrom(2 as const, 4 as const),
    ...winograd,
  }),
  fc.record({
    kind: fc.constant("winograd-s16" as const),
    weightScale: role,
    perTensor: fc.boolean(),
    inputScale: scale,
    outputScale: scale,
    bits: fc.integer({ min: 2, max: 16 }),
    sumInputs: fc.integer({ min: 1, max: 65_536 }),
    scaleOffset: size,
    ...winograd,
  }),
);

/** Roles a pack names, bound to the inputs of those names. */
function bind(pack: Pack, base: number): BoundPack {
  const fields = pack as unknown as Record<string, unknown>;
  const roles = ["from", "weights", "bias", "weightScale"].map((field) => fields[field]);
  const used = inputNames.filter((name) => roles.includes(name));
  return { pack, base, sources: Object.fromEntries(used.map((name) => [name, inputNames.indexOf(name)])) };
}

const kernels: fc.Arbitrary<Kernel> = fc
  .record({
    name: fc.string({ maxLength: 20 }),
    code: fc.uint8Array({ minLength: 1, maxLength: 200 }),
    features: fc.subarray([...cpuFeatures]),
    count: fc.integer({ min: 0, max: 6 }),
    extent: fc.integer({ min: 1, max: 2 ** 40 }),
    grain: fc.integer({ min: 1, max: 2 ** 40 }),
    scratchBytes: size,
    bytes: size,
    access,
    alignment: fc.constantFrom(1, 4, 64),
  })
  .map(({ count, bytes, access, alignment, ...rest }) => ({
    ...rest,
    listing: () => "",
    arguments: Array.from({ length: count }, (_, i) => ({ name: `a${i}`, bytes: bytes + i, access, alignment })),
  }));

const places: fc.Arbitrary<Place> = fc.oneof(
  fc.record({ space: fc.constantFrom("input" as const, "output" as const), index: fc.nat(100), offset: size }),
  fc.record({ space: fc.constantFrom("arena" as const, "weights" as const), offset: size }),
);

const outputs: fc.Arbitrary<ProgramOutput> = fc.record({
  name: fc.string(),
  dtype: fc.constantFrom("uint8" as const, "float32" as const, "int4" as const),
  dims: fc.array(size, { minLength: 1, maxLength: 8 }),
  bytes: size,
});

/** Programs of the right form; their bounds and code mean nothing. */
export const programs: fc.Arbitrary<Program> = fc
  .record({
    inputs: fc.tuple(
      ...inputNames.map((name) =>
        fc.record({
          kind: fc.constantFrom("activation" as const, "constant" as const),
          name: fc.constant(name),
          dtype: fc.constantFrom("uint8" as const, "int8" as const, "float32" as const),
          bytes: size,
        }),
      ),
    ),
    outputs: fc.array(outputs, { maxLength: 3 }),
    packs: fc.array(fc.tuple(packs, size), { maxLength: 6 }),
    kernels: fc.array(kernels, { maxLength: 4 }),
    calls: fc.array(fc.tuple(fc.nat(), fc.string({ maxLength: 8 }), fc.array(places, { minLength: 6, maxLength: 6 })), {
      maxLength: 6,
    }),
    weightsBytes: size,
    arenaBytes: size,
  })
  .map(({ packs, calls, ...rest }) => ({
    ...rest,
    inputs: rest.inputs satisfies readonly ProgramInput[],
    features: cpuFeatures.filter((name) => rest.kernels.some((kernel) => kernel.features.includes(name))),
    packs: packs.map(([pack, base]) => bind(pack, base)),
    steps:
      rest.kernels.length === 0
        ? []
        : calls.map(([at, name, all]): ProgramStep => {
            const kernel = at % rest.kernels.length;
            return { kernel, name, places: all.slice(0, rest.kernels[kernel]?.arguments.length) };
          }),
  }));
