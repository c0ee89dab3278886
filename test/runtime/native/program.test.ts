import { describe, expect, test } from "vitest";
import type { KernelArgument } from "../../../src/codegen/index.ts";
import { compressProgram } from "../../../src/region/compress-program.ts";
import { lz4Encode } from "../../../src/region/lz4-encode.ts";
import { programLayout, storageCodes } from "../../../src/region/program-layout.ts";
import type { Place, Program } from "../../../src/region/program.ts";
import { seal } from "../../../src/region/seal.ts";
import type { HostLibrary } from "../../../src/runtime/native.ts";
import { host, hostMissing } from "../../targets/cpu/run-kernel.ts";
import { evaluateSample, sampleBytes, sampleConstants } from "./sample-program.ts";

if (hostMissing !== undefined) console.warn(`the host library is not tested: ${hostMissing}`);

const library = host as HostLibrary;
const samples = 3;
const x = Uint8Array.from({ length: 5000 * samples }, (_, i) => (i * 31 + Math.floor(i / 5000)) % 256);

/** Outputs for `count` samples, aligned as kernels of the sample ask. */
function buffers(count: number): [Uint8Array, Uint8Array] {
  return [library.allocate(400 * count), library.allocate(5000 * count)];
}

function refusal(bytes: Uint8Array, constants = sampleConstants): string {
  try {
    library.load(bytes, constants).free();
    return "loads";
  } catch (error) {
    return String(error);
  }
}

/** Sets fields of the places of step `at`. */
function withPlace(step: number, argument: number, place: Place): (program: Program) => Program {
  return (program) => ({
    ...program,
    steps: program.steps.map((old, s) =>
      s === step ? { ...old, places: old.places.map((was, a) => (a === argument ? place : was)) } : old,
    ),
  });
}

function withArgument(kernel: number, index: number, change: Partial<KernelArgument>): (program: Program) => Program {
  return (program) => ({
    ...program,
    kernels: program.kernels.map((old, k) =>
      k === kernel
        ? { ...old, arguments: old.arguments.map((was, a) => (a === index ? { ...was, ...change } : was)) }
        : old,
    ),
  });
}

describe.skipIf(hostMissing !== undefined)("a program without ONNX Runtime", () => {
  test("runs samples one after the other, on any number of threads", () => {
    const program = library.load(sampleBytes(), sampleConstants);
    expect(program.facts).toMatchObject({ inputBytes: [5000], outputBytes: [400, 5000], steps: 4, arenaBytes: 10056 });
    for (const threads of [1, 2, 3, 64, 1000]) {
      const [sums, bytes] = buffers(samples);
      program.run([x], [sums, bytes], { samples, threads });
      for (let i = 0; i < samples; i++) {
        const expected = evaluateSample(x.subarray(5000 * i, 5000 * (i + 1)));
        expect(new Int32Array(sums.slice(400 * i, 400 * (i + 1)).buffer)).toEqual(expected.sums);
        expect(Buffer.from(bytes.subarray(5000 * i, 5000 * (i + 1)))).toEqual(Buffer.from(expected.bytes));
      }
    }
    program.free();
    expect(() => program.run([x], buffers(1))).toThrow("freed");
  });

  test("tells the time of each step", () => {
    const program = library.load(sampleBytes(), sampleConstants);
    const times = program.profile([x], buffers(1), { runs: 5 });
    expect(times).toHaveLength(4);
    for (const time of times) expect(time).toBeGreaterThan(10);
    for (const time of times) expect(time).toBeLessThan(1e9);
    program.free();
  });

  test("is timed in turn with others and with a reference loop", () => {
    const programs = [1, 2].map(() => library.load(sampleBytes(), sampleConstants));
    const timed = programs.map((program) => ({ program, inputs: [x], outputs: buffers(1) }));
    for (const coldBytes of [0, 1 << 20]) {
      const times = library.time(timed, { rounds: 4, sampleNs: 50_000, coldBytes });
      expect(times.programs.map((all) => all.length)).toEqual([4, 4]);
      expect(times.reference).toHaveLength(4);
      for (const time of [...times.programs.flat(), ...times.reference]) expect(time).toBeGreaterThan(1000);
    }
    const late = library.time(timed, { rounds: 1_000_000, deadlineNs: 20_000_000, threads: 2 });
    expect(late.reference.length).toBeLessThan(1_000_000);
    if (process.platform === "linux")
      expect(library.time(timed, { rounds: 2, core: 0, threads: 2 }).reference).toHaveLength(2);
    expect(() => library.time(timed, { rounds: 1, core: 100_000 })).toThrow("pinned");
    expect(() => library.time([{ ...timed[0], inputs: [] } as never], { rounds: 1 })).toThrow("not its own");
    for (const program of programs) program.free();
  });

  test.each([
    { form: "plain", bytes: sampleBytes() },
    { form: "compressed", bytes: compressProgram(sampleBytes()) },
  ])("is refused with any byte changed, or cut ($form)", ({ bytes }) => {
    expect(refusal(bytes)).toBe("loads");
    for (let at = 0; at < bytes.length; at += 3) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      expect(refusal(changed)).toContain("IO0710");
    }
    expect(refusal(bytes.subarray(0, bytes.length - 64))).toContain("is cut");
    expect(refusal(new Uint8Array(3))).toContain("no infer-opt program");
  });

  test("runs the same when it is compressed", () => {
    const bytes = compressProgram(sampleBytes());
    expect(bytes.length).toBeLessThan(sampleBytes().length);
    const program = library.load(bytes, sampleConstants);
    const [sums, table] = buffers(1);
    program.run([x.subarray(0, 5000)], [sums, table]);
    const expected = evaluateSample(x.subarray(0, 5000));
    expect(new Int32Array(sums.slice().buffer)).toEqual(expected.sums);
    expect(Buffer.from(table)).toEqual(Buffer.from(expected.bytes));
    program.free();
  });

  test.each<[string, (header: DataView) => void, string]>([
    ["a larger size", (header) => header.setUint32(programLayout.plainBytesAt, 100_000, true), "are malformed"],
    ["a smaller size", (header) => header.setUint32(programLayout.plainBytesAt, 300, true), "are malformed"],
    ["a size below the header's", (header) => header.setUint32(programLayout.plainBytesAt, 255, true), "cannot hold"],
    [
      "more than 255 times its bytes",
      (header) => header.setUint32(programLayout.plainBytesAt, 9e6, true),
      "cannot hold",
    ],
    ["a size beyond any", (header) => header.setUint32(programLayout.plainBytesAt + 4, 1 << 20, true), "cannot hold"],
    ["another storage", (header) => header.setUint32(programLayout.storageAt, 2, true), "does not know"],
    [
      "the word that it is plain",
      (header) => header.setUint32(programLayout.storageAt, storageCodes.plain, true),
      "its sizes differ",
    ],
  ])("is refused with %s in the header of a compressed program", (_, change, detail) => {
    const bytes = compressProgram(sampleBytes());
    change(new DataView(bytes.buffer));
    expect(refusal(seal(bytes, programLayout.digestAt))).toContain(detail);
  });

  test("is refused when it would expand to more than 256 MiB", () => {
    const block = lz4Encode(new Uint8Array(1 << 22));
    const many = new Uint8Array(programLayout.headerBytes + 80 * block.length);
    many.set(sampleBytes().subarray(0, programLayout.headerBytes));
    const header = new DataView(many.buffer);
    header.setBigUint64(programLayout.storedBytesAt, BigInt(many.length), true);
    header.setUint32(programLayout.storageAt, storageCodes.lz4, true);
    header.setUint32(programLayout.plainBytesAt, programLayout.mostCompressible + 1, true);
    expect(refusal(seal(many, programLayout.digestAt))).toContain("cannot hold");
  });

  test("is refused with code that was changed, even when the program is sealed again", () => {
    const bytes = sampleBytes();
    const last = bytes.length - 100;
    bytes[last] = (bytes[last] as number) ^ 1;
    expect(refusal(seal(bytes, programLayout.digestAt))).toContain("code section was changed");
  });

  test("is refused with other constants than it was made for", () => {
    const [weights, bias, scales] = sampleConstants as [Uint8Array, Uint8Array, Uint8Array];
    const edited = bias.slice();
    edited[3] = 1;
    expect(refusal(sampleBytes(), [weights, edited, scales])).toContain("edited after it was compiled");
    expect(refusal(sampleBytes(), [weights, bias.subarray(4), scales])).toContain("396 bytes");
    expect(refusal(sampleBytes(), [weights, bias])).toContain("3 constant inputs, not 2");
  });

  test.each<[string, (program: Program) => Program, string]>([
    ["an input that is too short", withPlace(0, 0, { space: "input", index: 0, offset: 1 }), "leave a buffer"],
    ["an output that is too short", withPlace(3, 2, { space: "output", index: 0, offset: 0 }), "leave a buffer"],
    ["a write behind the arena", withPlace(1, 2, { space: "arena", offset: 5057 }), "leave a buffer"],
    ["a read behind the slack", withPlace(3, 0, { space: "arena", offset: 5121 }), "leave a buffer"],
    ["a write to the weights", withPlace(0, 2, { space: "weights", offset: 0 }), "may not use so"],
    ["a write to an input", withPlace(0, 2, { space: "input", index: 0, offset: 0 }), "may not use so"],
    ["a constant as activation", withPlace(0, 0, { space: "input", index: 1, offset: 0 }), "may not use so"],
    ["an input that does not exist", withPlace(0, 0, { space: "input", index: 9, offset: 0 }), "no such buffer"],
    ["an offset that is not aligned", withPlace(1, 1, { space: "weights", offset: 8 }), "not aligned"],
    [
      "an offset that overflows",
      withPlace(0, 0, { space: "arena", offset: Number.MAX_SAFE_INTEGER }),
      "leave a buffer",
    ],
    ["an argument beyond any memory", withArgument(0, 0, { bytes: 2 ** 50 }), "is wrong"],
    ["an alignment beyond the arena's", withArgument(0, 0, { alignment: 128 }), "is wrong"],
    ["more weights than memory", (program) => ({ ...program, weightsBytes: 2 ** 50 }), "too much memory"],
    ["fewer weights than packs fill", (program) => ({ ...program, weightsBytes: 8192 }), "does not fit"],
    [
      "an output whose shape is not its size",
      ({ outputs, ...program }) => ({ ...program, outputs: outputs.map((output) => ({ ...output, dims: [1, 7] })) }),
      "not that of its shape",
    ],
    [
      "a pack that would never end",
      ({ packs, ...program }) => ({
        ...program,
        packs: packs.map((bound) =>
          bound.pack.kind === "copy" && bound.pack.elementBytes === 4
            ? { ...bound, pack: { ...bound.pack, loops: [{ count: 2 ** 39, source: 0, target: 0 }] } }
            : bound,
        ),
      }),
      "too long",
    ],
    [
      "a pack whose indexes overflow",
      ({ packs, ...program }) => ({
        ...program,
        packs: packs.map((bound) =>
          bound.pack.kind === "copy"
            ? { ...bound, pack: { ...bound.pack, loops: [{ count: 2 ** 39, source: 2 ** 40, target: 0 }] } }
            : bound,
        ),
      }),
      "does not fit",
    ],
  ])("is refused with %s", (_, change, detail) => {
    expect(refusal(sampleBytes(change))).toContain(detail);
  });

  test("may read 64 bytes behind the arena and the weights", () => {
    expect(refusal(sampleBytes(withPlace(3, 0, { space: "arena", offset: 5120 })))).toBe("loads");
  });

  test("asks for aligned inputs and outputs where its kernels do", () => {
    const program = library.load(sampleBytes(withArgument(1, 3, { alignment: 64 })), sampleConstants);
    const [sums, bytes] = buffers(1);
    program.run([library.allocate(5000)], [sums, bytes]);
    const odd = library.allocate(464).subarray(4, 404);
    expect(() => program.run([library.allocate(5000)], [odd, bytes])).toThrow("aligned to 64 bytes");
    program.free();
  });

  test("needs buffers that hold its samples", () => {
    const program = library.load(sampleBytes(), sampleConstants);
    const [sums, bytes] = buffers(1);
    expect(() => program.run([x], [sums])).toThrow("1 output buffers for a program with 2");
    expect(() => program.run([x.subarray(1, 5000)], [sums, bytes])).toThrow("5000");
    expect(() => program.run([x], [sums, bytes], { samples: 2 })).toThrow("need 800");
    program.free();
  });
});
