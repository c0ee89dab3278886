import { fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import type { Model, RuntimeValue } from "../../ir/index.ts";
import { isTensor, tensorFromBytes } from "../../ir/index.ts";
import type { Feeds } from "../../pipeline/index.ts";
import { formatBytes } from "../../report/index.ts";

/** What a model says of its batch: the size it is fixed to, or that it takes any; the reason where it has none. */
export type BatchDim = { readonly fixed: number } | { readonly dynamic: true } | { readonly none: string };

/** The first dimension that all inputs share, which is what servers batch along. */
export function batchDim({ graph }: Model): BatchDim {
  let found: BatchDim | undefined;
  for (const { name, type, constant } of graph.inputs) {
    if (constant !== undefined) continue;
    const shape = type?.kind === "tensor" ? type.shape : undefined;
    if (shape === undefined || shape.length === 0) return { none: `the input "${name}" has no first dimension` };
    if (type?.kind === "tensor" && type.dtype === "string") return { none: `the input "${name}" holds text` };
    const [first] = shape;
    const mine: BatchDim = typeof first === "number" ? { fixed: first } : { dynamic: true };
    if (found !== undefined && JSON.stringify(found) !== JSON.stringify(mine))
      return { none: `the inputs do not share their first dimension: "${name}" differs` };
    found = mine;
  }
  return found ?? { none: "the model has no inputs" };
}

/** Throws IO0904 unless a model takes batches of `size`. */
export function requireBatch(model: Model, size: number): void {
  const batch = batchDim(model);
  if ("dynamic" in batch || ("fixed" in batch && batch.fixed === size)) return;
  const detail = "none" in batch ? batch.none : `the model's batch is fixed to ${batch.fixed}`;
  fail(
    configDiagnostics.conflict({
      detail: `no batch of ${size}: ${detail}`,
      advice: "export the model with a dynamic first dimension, or leave the batch as it is",
    }),
  );
}

/** Bytes of one batch at most: it is handed to another process in one message. */
const MOST_BYTES = 1 << 30;

/**
 * One batch of `size` samples, taken in turns, joined along the first dimension. Throws IO0904 for one that is too large, and
 * TypeError for anything but tensors of numbers.
 */
export function batchFeeds(samples: readonly Feeds[], size: number): Feeds {
  const [first] = samples;
  if (first === undefined) throw new Error("a batch needs a sample");
  requireRoom(first, size);
  const joined = new Map<string, RuntimeValue>();
  for (const name of first.keys()) {
    const parts: Uint8Array[] = [];
    let rows = 0;
    for (let i = 0; rows < size; i++) {
      const value = samples[i % samples.length]?.get(name);
      if (!isTensor(value) || value.stringBytes !== undefined) throw new TypeError(`"${name}" cannot be batched`);
      const own = value.shape[0] ?? 1;
      const taken = Math.min(own, size - rows);
      const bytes = value.bytes();
      parts.push(bytes.subarray(0, (bytes.byteLength / own) * taken));
      rows += taken;
    }
    const { dtype, shape } = first.get(name) as { dtype: "float32"; shape: readonly number[] };
    joined.set(name, tensorFromBytes(dtype, [size, ...shape.slice(1)], Buffer.concat(parts)));
  }
  return joined;
}

function requireRoom(sample: Feeds, size: number): void {
  const each = [...sample.values()].reduce(
    (sum, value) => sum + (isTensor(value) ? value.byteLength / Math.max(1, value.shape[0] ?? 1) : 0),
    0,
  );
  if (each * size <= MOST_BYTES) return;
  fail(
    configDiagnostics.conflict({
      detail: `no batch of ${size}: its inputs take ${formatBytes(each * size)}`,
      advice: `a batch holds ${formatBytes(MOST_BYTES)} at most: ${Math.max(1, Math.floor(MOST_BYTES / each))} samples of this model`,
    }),
  );
}
