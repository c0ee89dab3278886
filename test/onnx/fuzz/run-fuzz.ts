import { InferOptError } from "../../../src/diagnostics/index.ts";
import { verifyStructure } from "../../../src/ir/index.ts";
import { decodeModel, encodeModel } from "../../../src/onnx/index.ts";
import { modelProto } from "../../../src/onnx/proto/model.ts";
import { randomFrom } from "../random-message.ts";
import type { Random } from "../random-message.ts";
import { mutations } from "./mutations.ts";

/** A file to damage, with the folder its external data is in. */
export interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly folder: string | undefined;
}

/** What a run found. */
export interface FuzzResult {
  readonly passed: number;
  /** One line for each case that ended in neither a model nor one clean error, took too long, or too much memory. */
  readonly failures: readonly string[];
  readonly accepted: number;
  readonly slowestMs: number;
  readonly peakBytes: number;
}

/** Longest time of a case, and most memory of the process, that count as bounded. */
const limitMs = 2000;
const limitBytes = 1.5e9;

/** Damages the seeds `count` times and reads what comes out; the same seed number gives the same cases. */
export function runFuzz(seeds: readonly Seed[], count: number, seedNumber: number): FuzzResult {
  const failures: string[] = [];
  let accepted = 0;
  let slowestMs = 0;
  let peakBytes = 0;
  for (let i = 0; i < count; i++) {
    const random = randomFrom(seedNumber * 1_000_003 + i);
    const seed = seeds[Math.floor(random() * seeds.length)] as Seed;
    const { bytes, names } = damage(seed, random);
    const label = `case ${i}: ${seed.name}, ${names.join(" + ")}`;
    const start = performance.now();
    try {
      if (readBack(bytes, seed.folder)) accepted++;
    } catch (error) {
      failures.push(`${label}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    const ms = performance.now() - start;
    slowestMs = Math.max(slowestMs, ms);
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
    if (ms > limitMs) failures.push(`${label}: took ${Math.round(ms)} ms`);
    if (peakBytes > limitBytes) failures.push(`${label}: the process holds ${peakBytes} bytes`);
  }
  return { passed: count - failures.length, failures, accepted, slowestMs, peakBytes };
}

function damage(seed: Seed, random: Random): { bytes: Uint8Array; names: string[] } {
  const names: string[] = [];
  let bytes = seed.bytes;
  const times = random() < 0.7 ? 1 : 2;
  for (let i = 0; i < times && bytes.length > 0; i++) {
    const mutation = mutations[Math.floor(random() * mutations.length)] as (typeof mutations)[number];
    names.push(mutation.name);
    bytes = mutation.apply(bytes, modelProto, random);
  }
  return { bytes, names };
}

/** True when the file was accepted: then it can be checked, written, and what was written is accepted too. */
function readBack(bytes: Uint8Array, folder: string | undefined): boolean {
  let model;
  try {
    model = decodeModel(bytes, folder === undefined ? {} : { folder });
  } catch (error) {
    if (error instanceof InferOptError && /^IO01\d\d$/.test(error.diagnostic.code)) return false;
    throw error;
  }
  verifyStructure(model);
  for (const value of model.graph.constants)
    if (value.constant?.stringBytes === undefined) value.constant?.read(0, Math.min(4096, value.constant.byteLength));
  const written = encodeModel(model, folder === undefined ? {} : { referencesFrom: folder });
  const again = encodeModel(
    decodeModel(written, folder === undefined ? {} : { folder }),
    folder === undefined ? {} : { referencesFrom: folder },
  );
  if (Buffer.compare(written, again) !== 0) throw new Error("writing twice gives different files");
  return true;
}
