import { createHash } from "node:crypto";
import { cpuFeatures } from "../codegen/index.ts";
import type { CpuFeature, Kernel } from "../codegen/index.ts";
import { dtypes } from "../ir/index.ts";
import { encodePack } from "./encode-pack.ts";
import { byteWriter } from "./program-bytes.ts";
import type { ByteWriter } from "./program-bytes.ts";
import { accessCodes, programLayout, sectionNames, spaceCodes, storageCodes } from "./program-layout.ts";
import type { SectionName } from "./program-layout.ts";
import type { Place, Program } from "./program.ts";
import { seal } from "./seal.ts";

/** The sha256 of constant inputs, in their order: what binds a program to the model it was made for. */
export function digestConstants(constants: Iterable<Uint8Array>): Uint8Array {
  const hash = createHash("sha256");
  for (const bytes of constants) hash.update(bytes);
  return hash.digest();
}

/**
 * The bytes of a program (docs/program-format.md), not compressed, the same for the same program. A program that does
 * not fit together (a place too many, a role bound to nothing) is a bug and throws a plain Error; bounds are checked by
 * the host library.
 */
export function encodeProgram(program: Program, constantsDigest: Uint8Array): Uint8Array {
  const sections = {} as Record<SectionName, ByteWriter>;
  for (const name of sectionNames) sections[name] = byteWriter();
  encodeInputs(program, sections.inputs);
  encodeOutputs(program, sections.outputs);
  const place = placeLiterals(sections.data);
  for (const pack of program.packs) encodePack(pack, sections.packs, place);
  encodeSteps(program, sections.steps);
  encodeNames(program, sections.names);
  const code = encodeKernels(program);

  const out = byteWriter();
  const table = placeSections(sections, code);
  out.bytes(utf8(programLayout.magic));
  out.u32(programLayout.version);
  out.u32(featureBits(program.features));
  const size = table.code.offset + table.code.size;
  out.u64(size);
  out.u64(program.weightsBytes);
  out.u64(program.arenaBytes);
  for (const list of [program.inputs, program.outputs, program.packs, program.steps]) out.u32(list.length);
  for (const name of sectionNames) {
    out.u64(table[name].offset);
    out.u64(table[name].size);
  }
  out.u32(storageCodes.plain);
  out.u32(0);
  out.u64(size);
  out.bytes(new Uint8Array(programLayout.constantsDigestAt - out.length));
  out.bytes(constantsDigest.subarray(0, programLayout.digestBytes));
  out.bytes(new Uint8Array(programLayout.digestBytes));
  for (const name of sectionNames) {
    out.bytes(new Uint8Array(table[name].offset - out.length));
    out.bytes(name === "code" ? code : sections[name].finish());
  }
  return seal(out.finish(), programLayout.digestAt);
}

/** Bits of CPU features as programs hold them. */
export function featureBits(features: readonly CpuFeature[]): number {
  return features.reduce((bits, name) => bits | (1 << cpuFeatures.indexOf(name)), 0);
}

/** Appends literals to the section of data, equal ones once; returns where each stands. */
function placeLiterals(data: ByteWriter): (bytes: Uint8Array) => number {
  const places = new Map<string, number>();
  return (bytes) => {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
    const known = places.get(content);
    if (known !== undefined) return known;
    const at = data.length;
    places.set(content, at);
    data.bytes(bytes);
    return at;
  };
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function placeSections(
  sections: Readonly<Record<SectionName, ByteWriter>>,
  code: Uint8Array,
): Record<SectionName, { offset: number; size: number }> {
  const table = {} as Record<SectionName, { offset: number; size: number }>;
  let end: number = programLayout.headerBytes;
  for (const name of sectionNames) {
    const alignment = name === "code" ? programLayout.codeAlignment : programLayout.sectionAlignment;
    const offset = Math.ceil(end / alignment) * alignment;
    const size = name === "code" ? code.byteLength : sections[name].length;
    table[name] = { offset, size };
    end = offset + size;
  }
  return table;
}

function encodeInputs(program: Program, out: ByteWriter): void {
  for (const input of program.inputs) {
    out.u8(input.kind === "constant" ? 1 : 0);
    out.u8(dtypes[input.dtype].code);
    out.u16(0);
    out.u32(0);
    out.u64(input.bytes);
  }
}

function encodeOutputs(program: Program, out: ByteWriter): void {
  for (const output of program.outputs) {
    if (output.dims.length > programLayout.maxRank) throw new Error(`output ${output.name} has too many dimensions`);
    out.u8(dtypes[output.dtype].code);
    out.u8(output.dims.length);
    out.u16(0);
    out.u32(0);
    out.u64(output.bytes);
    for (const dim of output.dims) out.i64(dim);
  }
}

function placeIndex(place: Place): number {
  return place.space === "input" || place.space === "output" ? place.index : 0;
}

function encodeSteps(program: Program, out: ByteWriter): void {
  for (const step of program.steps) {
    const kernel = program.kernels[step.kernel];
    if (kernel?.arguments.length !== step.places.length)
      throw new Error(`step ${step.name} has ${step.places.length} places for kernel ${kernel?.name ?? step.kernel}`);
    out.u32(step.kernel);
    out.u32(step.places.length);
    for (const place of step.places) {
      out.u32(spaceCodes[place.space]);
      out.u32(placeIndex(place));
      out.u64(place.offset);
    }
  }
}

function encodeNames(program: Program, out: ByteWriter): void {
  const write = (name: string): void => {
    const bytes = utf8(name);
    out.u16(bytes.byteLength);
    out.bytes(bytes);
  };
  for (const { name } of [...program.inputs, ...program.outputs]) write(name);
  for (const kernel of program.kernels) {
    write(kernel.name);
    for (const { name } of kernel.arguments) write(name);
  }
  for (const { name } of program.steps) write(name);
  out.bytes(utf8(program.origin ?? ""));
}

/** The code section: everything that bounds what a kernel may touch, beside its code and under one digest. */
function encodeKernels(program: Program): Uint8Array {
  const { kernels } = program;
  const argumentsAt = programLayout.codeHeaderBytes + kernels.length * programLayout.kernelBytes;
  const argumentCount = kernels.reduce((sum, kernel) => sum + kernel.arguments.length, 0);
  const alignment = programLayout.codeAlignment;
  const aligned = (size: number): number => Math.ceil(size / alignment) * alignment;
  const codeAt = aligned(argumentsAt + argumentCount * programLayout.argumentBytes);
  const size = kernels.reduce((end, kernel) => end + aligned(kernel.code.byteLength), codeAt);

  const out = byteWriter();
  out.bytes(utf8(programLayout.codeMagic));
  out.u32(kernels.length);
  out.u32(0);
  out.u64(size);
  out.bytes(new Uint8Array(programLayout.codeHeaderBytes - out.length));
  let nextArgument = argumentsAt;
  let nextCode = codeAt;
  for (const kernel of kernels) {
    checkKernel(kernel, program);
    out.u32(nextCode);
    out.u32(kernel.code.byteLength);
    out.u32(nextArgument);
    out.u32(kernel.arguments.length);
    out.u64(kernel.extent);
    out.u64(kernel.grain);
    out.u64(kernel.scratchBytes);
    out.u32(featureBits(kernel.features));
    out.u32(0);
    nextArgument += kernel.arguments.length * programLayout.argumentBytes;
    nextCode += aligned(kernel.code.byteLength);
  }
  for (const argument of kernels.flatMap((kernel) => kernel.arguments)) {
    out.u64(argument.bytes);
    out.u32(argument.alignment);
    out.u32(accessCodes[argument.access]);
  }
  for (const kernel of kernels) {
    out.align(alignment);
    out.bytes(kernel.code);
  }
  out.align(alignment);
  return seal(out.finish(), programLayout.codeDigestAt);
}

function checkKernel(kernel: Kernel, program: Program): void {
  if (kernel.arguments.length > programLayout.maxArguments)
    throw new Error(`kernel ${kernel.name} has ${kernel.arguments.length} arguments`);
  const missing = kernel.features.filter((feature) => !program.features.includes(feature));
  if (missing.length > 0) throw new Error(`kernel ${kernel.name} needs ${missing.join(", ")}, the program does not`);
}
