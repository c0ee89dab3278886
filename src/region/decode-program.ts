import { cpuFeatures } from "../codegen/index.ts";
import type { Access, CpuFeature, Kernel, KernelArgument } from "../codegen/index.ts";
import { dtypeFromCode } from "../ir/index.ts";
import type { DType } from "../ir/index.ts";
import { expandProgram } from "./compress-program.ts";
import { decodePack } from "./decode-pack.ts";
import { byteReader } from "./program-bytes.ts";
import type { ByteReader } from "./program-bytes.ts";
import { accessCodes, programLayout, sectionNames, spaceCodes } from "./program-layout.ts";
import type { SectionName } from "./program-layout.ts";
import type { BoundPack, Place, Program, ProgramInput, ProgramOutput, ProgramStep } from "./program.ts";
import { isSealed } from "./seal.ts";

/** A kernel as a program holds it: the listing and how arguments are packed are not kept. */
export type DecodedKernel = Omit<Kernel, "listing" | "arguments"> & {
  readonly arguments: readonly Omit<KernelArgument, "packs">[];
};

/** What the bytes of a program say. The roles of packs are the names of the inputs they read. */
export type DecodedProgram = Omit<Program, "kernels"> & {
  readonly kernels: readonly DecodedKernel[];
  /** The sha256 of the constant inputs. */
  readonly constantsDigest: Uint8Array;
  /** The sha256 of the code section: what INFER_OPT_TRUST lists. */
  readonly codeDigest: Uint8Array;
  /** Bytes of the program when it is not compressed. */
  readonly plainBytes: number;
};

/**
 * Reads a program, compressed or not, for people to look at. Digests and the form are checked, bounds are not: those the
 * host library checks before it runs anything.
 */
export function decodeProgram(bytes: Uint8Array): DecodedProgram | { readonly malformed: string } {
  try {
    return decode(expandProgram(bytes));
  } catch (error) {
    if (error instanceof RangeError) return { malformed: error.message };
    throw error;
  }
}

function require(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RangeError(message);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Reads a plain program whose seal is whole. */
function decode(bytes: Uint8Array): DecodedProgram {
  const header = byteReader(bytes);
  header.bytes(8 + 4);
  const features = featureNames(header.u32());
  header.u64();
  const weightsBytes = header.u64();
  const arenaBytes = header.u64();
  const counts = { inputs: header.u32(), outputs: header.u32(), packs: header.u32(), steps: header.u32() };
  const sections = {} as Record<SectionName, Uint8Array>;
  for (const name of sectionNames) {
    const offset = header.u64();
    const size = header.u64();
    require(offset + size <= bytes.byteLength, `the section ${name} lies outside`);
    sections[name] = bytes.subarray(offset, offset + size);
  }
  const at = programLayout.constantsDigestAt;
  const names = byteReader(sections.names);
  const nextName = (): string => text(names.bytes(names.u16()));

  const inputs = repeat(counts.inputs, byteReader(sections.inputs), (reader) => decodeInput(reader, nextName()));
  const outputs = repeat(counts.outputs, byteReader(sections.outputs), (reader) => decodeOutput(reader, nextName()));
  const kernels = decodeKernels(sections.code, nextName);
  const steps = repeat(counts.steps, byteReader(sections.steps), (reader) => decodeStep(reader, nextName()));
  const inputNames = inputs.map(({ name }) => name);
  const packs = repeat(counts.packs, byteReader(sections.packs), (reader): BoundPack =>
    decodePack(reader, sections.data, inputNames),
  );
  const origin = text(names.bytes(names.left));
  return {
    ...{ features, inputs, outputs, packs, kernels, steps, weightsBytes, arenaBytes },
    ...(origin === "" ? {} : { origin }),
    constantsDigest: bytes.slice(at, at + programLayout.digestBytes),
    codeDigest: sections.code.slice(programLayout.codeDigestAt, programLayout.codeDigestAt + programLayout.digestBytes),
    plainBytes: bytes.byteLength,
  };
}

function repeat<T>(count: number, reader: ByteReader, decodeOne: (reader: ByteReader) => T): T[] {
  const list: T[] = [];
  for (let i = 0; i < count; i++) list.push(decodeOne(reader));
  return list;
}

function featureNames(bits: number): CpuFeature[] {
  require(bits < 1 << cpuFeatures.length, "it needs CPU features this version does not know");
  return cpuFeatures.filter((_, index) => (bits & (1 << index)) !== 0);
}

function dtypeOf(code: number): DType {
  const dtype = dtypeFromCode(code);
  require(dtype !== undefined, `element type ${code} is unknown`);
  return dtype;
}

function decodeInput(reader: ByteReader, name: string): ProgramInput {
  const kind = reader.u8() === 0 ? "activation" : "constant";
  const dtype = dtypeOf(reader.u8());
  reader.bytes(6);
  return { kind, name, dtype, bytes: reader.u64() };
}

function decodeOutput(reader: ByteReader, name: string): ProgramOutput {
  const dtype = dtypeOf(reader.u8());
  const rank = reader.u8();
  reader.bytes(6);
  const bytes = reader.u64();
  return { name, dtype, dims: repeat(rank, reader, (dim) => dim.i64()), bytes };
}

function codeName<K extends string>(codes: Readonly<Record<K, number>>, code: number, what: string): K {
  const found = (Object.keys(codes) as K[]).find((name) => codes[name] === code);
  require(found !== undefined, `${what} ${code} is unknown`);
  return found;
}

function decodeStep(reader: ByteReader, name: string): ProgramStep {
  const kernel = reader.u32();
  const places = repeat(reader.u32(), reader, (place): Place => {
    const space = codeName(spaceCodes, place.u32(), "space");
    const index = place.u32();
    const offset = place.u64();
    return space === "input" || space === "output" ? { space, index, offset } : { space, offset };
  });
  return { kernel, places, name };
}

function decodeKernels(section: Uint8Array, nextName: () => string): DecodedKernel[] {
  const header = byteReader(section);
  require(text(header.bytes(8)) === programLayout.codeMagic, "the code section is missing");
  const count = header.u32();
  header.u32();
  require(header.u64() === section.byteLength, "the code section is cut");
  require(isSealed(section, programLayout.codeDigestAt), "the digest of the code section differs: it was changed");
  const table = byteReader(section.subarray(programLayout.codeHeaderBytes));
  return repeat(count, table, (record) => {
    const codeAt = record.u32();
    const codeBytes = record.u32();
    const argumentsAt = record.u32();
    const argumentCount = record.u32();
    const extent = record.u64();
    const grain = record.u64();
    const scratchBytes = record.u64();
    const features = featureNames(record.u32());
    record.u32();
    const name = nextName();
    const list = repeat(argumentCount, byteReader(section.subarray(argumentsAt)), (argument) => {
      const bytes = argument.u64();
      const alignment = argument.u32();
      const access: Access = codeName(accessCodes, argument.u32(), "access");
      return { name: nextName(), bytes, access, alignment };
    });
    const code = byteReader(section.subarray(codeAt)).bytes(codeBytes).slice();
    return { name, code, features, arguments: list, extent, grain, scratchBytes };
  });
}
