/** Numbers of docs/program-format.md, which src/runtime/native/program.h and its readers share. */
export const programLayout = {
  magic: "INFEROPT",
  version: 1,
  headerBytes: 256,
  storedBytesAt: 16,
  storageAt: 168,
  plainBytesAt: 176,
  /** Programs of more bytes are stored as they are: what memory one may ask for before it is checked. */
  mostCompressible: 1 << 28,
  constantsDigestAt: 192,
  digestAt: 224,
  digestBytes: 32,
  codeMagic: "IOPTCODE",
  codeHeaderBytes: 64,
  codeDigestAt: 24,
  kernelBytes: 48,
  argumentBytes: 16,
  codeAlignment: 64,
  sectionAlignment: 8,
  /** Stands for an input that a pack does not have. */
  noInput: 0xffff_ffff,
  maxRank: 8,
  maxLoops: 8,
  maxArguments: 32,
} as const;

/** Sections in the order of the header's table. */
export const sectionNames = ["inputs", "outputs", "packs", "steps", "data", "names", "code"] as const;

/** One of {@link sectionNames}. */
export type SectionName = (typeof sectionNames)[number];

/** Codes of how what follows the header is stored. */
export const storageCodes = { plain: 0, lz4: 1 } as const;

/** Codes of `Place.space`. */
export const spaceCodes = { input: 0, output: 1, arena: 2, weights: 3 } as const;

/** Codes of `KernelArgument.access`. */
export const accessCodes = { read: 1, write: 2, readwrite: 3 } as const;

/** Codes of `Pack.kind`. */
export const packCodes = {
  copy: 1,
  literal: 2,
  "fold-bias": 3,
  multiplier: 4,
  "winograd-f32": 5,
  "winograd-s16": 6,
  bf16: 7,
} as const;
