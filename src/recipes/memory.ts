import type { CompileOptions } from "../config/index.ts";
import { parseSize } from "../config/index.ts";

/** Sessions hold the file's bytes, ONNX Runtime's copies and packed weights: about three times the file, for two forms at once. */
const SESSION_FACTOR = 6;

/** Why a model of this many bytes cannot be run here within the memory limit; undefined when it can. */
export function memoryObjection(modelBytes: number, options: CompileOptions): string | undefined {
  const needed = modelBytes * SESSION_FACTOR;
  const limit = options.memoryLimit === undefined ? process.availableMemory() : parseSize(options.memoryLimit);
  if (needed <= limit) return undefined;
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  return `running it takes about ${gib(needed)}, and ${gib(limit)} are ${options.memoryLimit === undefined ? "free" : "allowed"}`;
}
