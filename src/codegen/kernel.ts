import type { Pack } from "./pack.ts";

/** Instruction set extensions a kernel may ask for, in the order of their bits in a program. */
export const cpuFeatures = [
  "avx2",
  "fma",
  "avxvnni",
  "avx512f",
  "avx512bw",
  "avx512dq",
  "avx512vl",
  "avx512vnni",
  "avx512vbmi",
  "avx512bf16",
] as const;

/** One of {@link cpuFeatures}. */
export type CpuFeature = (typeof cpuFeatures)[number];

/** What an argument of a kernel may be used for. */
export type Access = "read" | "write" | "readwrite";

/** One pointer a kernel takes. */
export interface KernelArgument {
  /** Role, such as `x`, `weights`, `y`: unique within the kernel. */
  readonly name: string;
  /** Bytes from the pointer on that the kernel may touch, over-reads included. */
  readonly bytes: number;
  readonly access: Access;
  /** Alignment the pointer must have, a power of two. */
  readonly alignment: number;
  /** How the bytes are made from constants and the parameters of the place it is used in; absent for activations. */
  readonly packs?: (parameters: KernelParameters) => readonly Pack[];
}

/** Numbers (scales, zero points, bounds) and tables that differ between uses of one kernel: never part of its code. */
export interface KernelParameters {
  readonly numbers: Readonly<Record<string, number>>;
  readonly tables: Readonly<Record<string, Uint8Array>>;
}

/**
 * Machine code of one loop nest, position independent:
 * `void kernel(void *const *args, int64_t begin, int64_t end, void *scratch)` in the System V calling convention on
 * every platform, with `begin` and `end` a range of the `extent` parallel units. Disjoint ranges may run at the same
 * time, each with its own scratch. `args` follow `arguments`.
 */
export interface Kernel {
  /** For listings and reports: template and point. */
  readonly name: string;
  readonly code: Uint8Array;
  /** The same code as text that GNU as takes. */
  readonly listing: () => string;
  /** CPU features the code needs, names of `CpuFeature`. */
  readonly features: readonly CpuFeature[];
  readonly arguments: readonly KernelArgument[];
  /** Number of parallel units, at least 1. */
  readonly extent: number;
  /** Fewest units worth a thread of their own. */
  readonly grain: number;
  /** Private bytes a thread needs, 64-byte aligned. */
  readonly scratchBytes: number;
}
