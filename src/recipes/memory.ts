import type { CompileOptions } from "../config/index.ts";
import { parseSize } from "../config/index.ts";

/** A session holds the file's bytes, ONNX Runtime's copies and packed weights: about so many times the file. */
const SESSION_FACTOR = 3;

/** Memory in bytes that models may take here. */
function memoryLimit({ memoryLimit: given }: CompileOptions): number {
  return given === undefined ? process.availableMemory() : parseSize(given);
}

/** Sessions of a model of this many bytes that may be open at once; two at least, which is what running it at all takes. */
export function sessionsThatFit(modelBytes: number, options: CompileOptions): number {
  return Math.max(2, Math.floor(memoryLimit(options) / (modelBytes * SESSION_FACTOR)));
}

/** Why a model of this many bytes cannot be run here within the memory limit; undefined when it can. */
export function memoryObjection(modelBytes: number, options: CompileOptions): string | undefined {
  // Two forms at once.
  const needed = modelBytes * SESSION_FACTOR * 2;
  const limit = memoryLimit(options);
  if (needed <= limit) return undefined;
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  return `running it takes about ${gib(needed)}, and ${gib(limit)} are ${options.memoryLimit === undefined ? "free" : "allowed"}`;
}
