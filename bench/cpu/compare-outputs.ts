import { readFileSync } from "node:fs";
import { similarityMeter } from "../../src/data/index.ts";
import type { Model } from "../../src/ir/index.ts";
import { numbersOf } from "../../src/ir/index.ts";
import type { NativeSession, SessionTensor } from "../../src/runtime/index.ts";
import { createNativeSession } from "../../src/runtime/index.ts";
import type { FeedFile } from "./runner.ts";

/** How the outputs of a form relate to those of the model it was made from, over all samples and outputs. */
export interface OutputDifference {
  readonly elements: number;
  /** Elements whose bits differ. */
  readonly differing: number;
  readonly maxAbsolute: number;
  /** The same in steps of the output's quantization; undefined where no output is quantized last. */
  readonly maxSteps: number | undefined;
  /** null for equal outputs, which JSON has no infinity for. */
  readonly sqnrDb: number | null;
}

/** A model in a session, with or without its compiled regions. */
export interface Compared {
  readonly model: string;
  readonly regions: boolean;
}

/** Runs two models on samples; `steps` holds what one step of an output is, where it has any. */
export async function compareOutputs(
  reference: Compared,
  other: Compared,
  samples: readonly FeedFile[],
  steps: ReadonlyMap<string, number>,
): Promise<OutputDifference> {
  const sessions: NativeSession[] = [];
  const meter = similarityMeter();
  let [elements, differing] = [0, 0];
  let maxSteps: number | undefined;
  try {
    for (const { model, regions } of [reference, other])
      sessions.push(await createNativeSession(model, { intraOpNumThreads: 1, regions }));
    for (const { name, shape, file } of samples) {
      const feeds = { [name]: { type: "float32", dims: shape, data: floatsOf(file) } } as const;
      const [expected, found] = await Promise.all(sessions.map((session) => session.run(feeds)));
      for (const [output, tensor] of Object.entries(expected ?? {})) {
        const [a, b] = [tensor, found?.[output] as SessionTensor];
        elements += a.data.length;
        differing += differingElements(a, b);
        meter.add(plainNumbers(a), plainNumbers(b));
        const step = steps.get(output);
        if (step !== undefined) maxSteps = Math.max(maxSteps ?? 0, furthest(a, b) / step);
      }
    }
  } finally {
    for (const session of sessions) await session.release();
  }
  const { sqnrDb, maxAbsolute } = meter.read();
  return { elements, differing, maxAbsolute, maxSteps, sqnrDb: Number.isFinite(sqnrDb) ? sqnrDb : null };
}

/** The scale of each output that is dequantized by one scale last. */
export function outputSteps({ graph }: Model): ReadonlyMap<string, number> {
  const steps = new Map<string, number>();
  for (const { name, producer } of graph.outputs) {
    const scale = producer?.opType === "DequantizeLinear" ? producer.inputs[1]?.constant : undefined;
    const values = scale === undefined ? [] : numbersOf(scale);
    if (values.length === 1) steps.set(name, values[0] as number);
  }
  return steps;
}

function floatsOf(file: string): Float32Array<ArrayBuffer> {
  return new Float32Array(new Uint8Array(readFileSync(file)).buffer);
}

function bytesOf({ data }: SessionTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function plainNumbers({ data }: SessionTensor): ArrayLike<number> {
  return typeof data[0] === "bigint" ? Array.from(data as BigInt64Array, Number) : (data as Float32Array);
}

function differingElements(a: SessionTensor, b: SessionTensor): number {
  const [x, y] = [bytesOf(a), bytesOf(b)];
  const width = x.length / Math.max(1, a.data.length);
  if (x.length !== y.length) return a.data.length;
  let count = 0;
  for (let i = 0; i < x.length; i += width) {
    let k = 0;
    while (k < width && x[i + k] === y[i + k]) k++;
    if (k < width) count++;
  }
  return count;
}

function furthest(a: SessionTensor, b: SessionTensor): number {
  const [x, y] = [plainNumbers(a), plainNumbers(b)];
  let most = 0;
  for (let i = 0; i < x.length; i++) most = Math.max(most, Math.abs((x[i] as number) - (y[i] as number)));
  return most;
}
