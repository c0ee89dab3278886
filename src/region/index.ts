export type { BoundPack, Place, Program, ProgramInput, ProgramOutput, ProgramStep } from "./program.ts";
export type { DecodedKernel, DecodedProgram } from "./decode-program.ts";
export { decodeProgram } from "./decode-program.ts";
export { digestConstants, encodeProgram, featureBits } from "./encode-program.ts";
export { kernelProgram } from "./kernel-program.ts";
