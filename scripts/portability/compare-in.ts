import type * as ortModule from "onnxruntime-node";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { DType, Model } from "../../src/ir/index.ts";

/** ONNX Runtime's JavaScript API, which is the same for all of its packages. */
export type OrtApi = Pick<typeof ortModule, "InferenceSession" | "Tensor">;

/** ONNX Runtime in some form. */
export interface Runtime {
  readonly name: string;
  readonly api: OrtApi;
}

/** How two models compare. */
export interface Comparison {
  /** All outputs have the same bits. */
  readonly equal: boolean;
  /** Least times of one run, taken in turn. */
  readonly plainMs: number;
  readonly compiledMs: number;
}

const rounds = 8;

/** The onnxruntime-web installed in a folder, on one thread. */
export async function openWeb(folder: string): Promise<OrtApi> {
  const file = join(folder, "node_modules/onnxruntime-web/dist/ort.node.min.mjs");
  const web = (await import(pathToFileURL(file).href)) as OrtApi & { readonly env: { wasm: { numThreads: number } } };
  web.env.wasm.numThreads = 1;
  return web;
}

/** Runs two forms of a model on the same inputs, some numbers of no meaning. */
export async function compareIn(
  { api }: Runtime,
  model: Model,
  plain: Uint8Array,
  compiled: Uint8Array,
): Promise<Comparison> {
  const options = { intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
  const sessions = [
    await api.InferenceSession.create(plain, options),
    await api.InferenceSession.create(compiled, options),
  ] as const;
  const feeds = feedsOf(api, model);
  const times = [Infinity, Infinity] as [number, number];
  const outputs: InferenceSession.ReturnType[] = [];
  for (let round = 0; round < rounds; round++)
    for (const [index, session] of sessions.entries()) {
      const begin = performance.now();
      outputs[index] = await session.run(feeds);
      times[index] = Math.min(times[index] as number, performance.now() - begin);
    }
  for (const session of sessions) await session.release();
  const [a, b] = outputs as [InferenceSession.ReturnType, InferenceSession.ReturnType];
  const equal = Object.entries(a).every(([name, tensor]) => bytesOf(tensor).equals(bytesOf(b[name] as Tensor)));
  return { equal, plainMs: times[0], compiledMs: times[1] };
}

function bytesOf(tensor: Tensor): Buffer {
  const { buffer, byteOffset, byteLength } = tensor.data as Float32Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Inputs of the declared types; dimensions that are not numbers are 1. */
function feedsOf({ Tensor }: OrtApi, { graph }: Model): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const { name, type, constant } of graph.inputs) {
    if (constant !== undefined) continue;
    if (type?.kind !== "tensor") throw new Error(`input "${name}" is no tensor`);
    const dims = type.shape?.map((dim) => (typeof dim === "number" ? dim : 1)) ?? [];
    const count = dims.reduce((product, dim) => product * dim, 1);
    feeds[name] = tensorOf(Tensor, type.dtype, count, dims);
  }
  return feeds;
}

function tensorOf(Make: OrtApi["Tensor"], type: DType, count: number, dims: readonly number[]): Tensor {
  switch (type) {
    case "float32":
      return new Make(
        "float32",
        Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898)),
        dims,
      );
    case "uint8":
      return new Make(
        "uint8",
        Uint8Array.from({ length: count }, (_, i) => (i * 37) % 256),
        dims,
      );
    case "int64":
      // Small enough for masks, token types and any vocabulary.
      return new Make(
        "int64",
        BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 2)),
        dims,
      );
    default:
      throw new Error(`inputs of type ${type} are not made here`);
  }
}
