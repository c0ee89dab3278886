import { fail } from "../diagnostics/index.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import type { Model } from "../ir/index.ts";
import { decodeModel, loadModel } from "../onnx/index.ts";
import type { NativeSessionOptions, SessionTensor } from "./native-session.ts";
import { createNativeSession } from "./native-session.ts";
import { loadHostLibrary } from "./native.ts";
import { openProgramSession } from "./program-session.ts";

/** Options of a session, named as onnxruntime-node names them. */
export interface SessionOptions extends NativeSessionOptions {
  /** Only `cpu` may be named. */
  readonly executionProviders?: readonly (string | { readonly name: string })[];
}

/** A session of a model with compiled regions, shaped as onnxruntime-node's InferenceSession. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** `program`: the model is one region, which runs without ONNX Runtime. */
  readonly engine: "program" | "onnxruntime";
  /** Runs off the event loop, any number of times at once. `fetches` are names of outputs, all when left out. */
  run(
    feeds: Readonly<Record<string, SessionTensor>>,
    fetches?: readonly string[],
  ): Promise<Record<string, SessionTensor>>;
  /** Frees the session once what is under way has ended. */
  release(): Promise<void>;
}

const known: ReadonlySet<string> = new Set([
  ...["executionProviders", "intraOpNumThreads", "graphOptimizationLevel", "logSeverityLevel", "configEntries"],
  "regions",
]);

/**
 * Opens a session on the path or the bytes of a model. Regions run as machine code where the host library can run them,
 * else as the plain operators in their bodies. Throws IO0714 for options that have no meaning here, IO0711 without the host
 * library, IO0701 without ONNX Runtime, IO0702 or IO0710 when the model or a program in it is refused.
 */
export async function createSession(
  model: string | Uint8Array | ArrayBuffer,
  options: SessionOptions = {},
): Promise<Session> {
  checkOptions(options);
  const source = model instanceof ArrayBuffer ? new Uint8Array(model) : model;
  const { executionProviders: _, ...settings } = options;
  return (await openWhole(source, settings)) ?? (await openInOrt(source, settings));
}

function checkOptions(options: SessionOptions): void {
  for (const name of Object.keys(options))
    if (!known.has(name)) fail(runtimeDiagnostics.sessionOption({ detail: `the option "${name}" is not known` }));
  for (const provider of options.executionProviders ?? []) {
    const name = typeof provider === "string" ? provider : provider.name;
    if (name !== "cpu")
      fail(
        runtimeDiagnostics.sessionOption({ detail: `the execution provider "${name}" cannot run compiled regions` }),
      );
  }
}

/** The direct way: a model that is one region needs no graph runtime. */
async function openWhole(
  source: string | Uint8Array,
  { regions = true, intraOpNumThreads = 0 }: NativeSessionOptions,
): Promise<Session | undefined> {
  if (!regions) return undefined;
  const host = loadHostLibrary();
  if ("missing" in host) return undefined;
  const model: Model = typeof source === "string" ? (await loadModel(source)).model : decodeModel(source);
  const session = openProgramSession(model, host, intraOpNumThreads);
  return session && { ...session, engine: "program" };
}

async function openInOrt(source: string | Uint8Array, settings: NativeSessionOptions): Promise<Session> {
  const session = await createNativeSession(source, settings);
  const running = new Set<Promise<unknown>>();
  return {
    ...{ inputNames: session.inputNames, outputNames: session.outputNames, engine: "onnxruntime" },
    run: async (feeds, fetches) => {
      const run = session.run(feeds, fetches);
      running.add(run);
      try {
        return await run;
      } finally {
        running.delete(run);
      }
    },
    release: async () => {
      await Promise.allSettled(running);
      await session.release();
    },
  };
}
