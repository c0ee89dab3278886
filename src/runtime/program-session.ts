import { availableParallelism } from "node:os";
import { fail } from "../diagnostics/index.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import type { DType, Model, Node, Shape, Value } from "../ir/index.ts";
import { elementsOf, printType, tensorFromBytes } from "../ir/index.ts";
import type { DecodedProgram } from "../region/index.ts";
import type { HostProgram } from "./native-program.ts";
import type { NativeSession, SessionTensor } from "./native-session.ts";
import type { HostLibrary } from "./native.ts";
import type { RunnableProgram } from "./region-program.ts";
import { runnableProgram } from "./region-program.ts";

/** A session that runs the one region a model consists of, without ONNX Runtime. */
export type ProgramSession = Pick<NativeSession, "inputNames" | "outputNames" | "run" | "release">;

/**
 * Opens a model that is nothing but one call of a region; undefined when it is more than that, or when no program of it
 * runs on this CPU. Throws IO0710 when the host library refuses the program.
 */
export function openProgramSession(model: Model, host: HostLibrary, threads: number): ProgramSession | undefined {
  const whole = wholeRegion(model, host.features);
  if (whole === undefined) return undefined;
  return sessionOf(
    model,
    whole,
    host.load(whole.bytes, whole.constants),
    threads === 0 ? availableParallelism() : threads,
  );
}

interface WholeRegion extends RunnableProgram {
  readonly call: Node;
  /** Inputs of the graph in the order in which the program takes them. */
  readonly activations: readonly Value[];
}

function wholeRegion(model: Model, features: number): WholeRegion | undefined {
  const { graph } = model;
  const call = graph.firstNode;
  if (call === undefined || graph.nodeCount !== 1) return undefined;
  if (graph.outputs.some((value) => value.producer !== call) || call.outputs.some((value) => value === undefined))
    return undefined;
  const found = runnableProgram(model, call, features);
  if (found === undefined) return undefined;
  const activations = found.program.inputs.flatMap(({ kind }, i) => {
    const value = call.inputs[i];
    return kind === "activation" && value?.isInput === true && value.constant === undefined ? [value] : [];
  });
  const taken = found.program.inputs.filter(({ kind }) => kind === "activation").length;
  return activations.length === taken ? { call, ...found, activations } : undefined;
}

function sessionOf(
  { graph }: Model,
  { call, program, activations }: WholeRegion,
  loaded: HostProgram,
  threads: number,
): ProgramSession {
  const inputNames = graph.inputs.filter(({ constant }) => constant === undefined).map(({ name }) => name);
  const outputNames = graph.outputs.map(({ name }) => name);
  const running = new Set<Promise<void>>();
  let isReleased = false;
  return {
    inputNames,
    outputNames,
    run: async (feeds, fetches = outputNames) => {
      if (isReleased) throw new Error("the session was released");
      for (const name of fetches) if (!outputNames.includes(name)) refuse(`the model has no output "${name}"`);
      for (const name of Object.keys(feeds)) if (!inputNames.includes(name)) refuse(`the model has no input "${name}"`);
      const given = activations.map((value) => tensorOf(feeds, value));
      const samples = samplesOf(given, loaded.facts.inputBytes);
      const results = program.outputs.map(({ bytes }) => new Uint8Array(bytes * samples));
      const run = loaded.runInBackground(given.map(bytesOf), results, { samples, threads });
      running.add(run);
      try {
        await run;
      } finally {
        running.delete(run);
      }
      return Object.fromEntries(
        fetches.map((name) => {
          const index = call.outputs.findIndex((value) => value?.name === name);
          return [name, outputOf(program.outputs[index] as DecodedProgram["outputs"][number], results[index], samples)];
        }),
      );
    },
    release: async () => {
      isReleased = true;
      await Promise.allSettled(running);
      loaded.free();
    },
  };
}

function refuse(detail: string): never {
  return fail(runtimeDiagnostics.runFailed({ detail }));
}

function bytesOf({ data }: SessionTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The tensor for an input, its type and dimensions checked against the graph's signature. */
function tensorOf(feeds: Readonly<Record<string, SessionTensor>>, { name, type }: Value): SessionTensor {
  const tensor = feeds[name];
  if (tensor === undefined) return refuse(`input "${name}" is missing`);
  const [dtype, shape] = type?.kind === "tensor" ? [type.dtype, type.shape] : [undefined, undefined];
  if (tensor.type !== dtype || !fits(tensor.dims, shape))
    refuse(`input "${name}" is ${tensor.type}[${tensor.dims.join(",")}], the model takes ${printType(type)}`);
  return tensor;
}

function fits(dims: readonly number[], shape: Shape | undefined): boolean {
  if (dims.length !== shape?.length) return false;
  return dims.every((dim, axis) => typeof shape[axis] !== "number" || shape[axis] === dim);
}

/** The number of samples in the inputs, which is the same for all. */
function samplesOf(given: readonly SessionTensor[], sizes: readonly number[]): number {
  const counts = given.map(({ data }, i) => data.byteLength / (sizes[i] as number));
  const [samples = 0] = counts;
  if (!Number.isInteger(samples) || counts.some((count) => count !== samples))
    refuse("inputs have other sizes than their dimensions, or batches of different sizes");
  return samples;
}

function outputOf(
  { dtype, dims }: { readonly dtype: DType; readonly dims: readonly number[] },
  bytes: Uint8Array | undefined,
  samples: number,
): SessionTensor {
  const [first = 1, ...rest] = dims;
  const shape = [first * samples, ...rest];
  return { type: dtype, dims: shape, data: elementsOf(tensorFromBytes(dtype, shape, bytes ?? new Uint8Array(0))) };
}
