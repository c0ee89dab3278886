import type { InferenceSession } from "onnxruntime-node";
import { InferOptError, fail } from "../../diagnostics/index.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import type { RuntimeValue } from "../../ir/index.ts";
import { fromOrt, toOrt } from "./convert.ts";
import { loadOrt } from "./load-ort.ts";
import type { OrtSession, SessionSettings } from "./session-types.ts";

export type { OrtSession, SessionSettings } from "./session-types.ts";

function detailOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}

/** Entries as onnxruntime-node takes them: an object for each part of a dotted key. */
function nested(entries: Readonly<Record<string, string>>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(entries)) {
    const parts = key.split(".");
    let at = root;
    for (const part of parts.slice(0, -1)) at = (at[part] ??= {}) as Record<string, unknown>;
    at[parts.at(-1) as string] = value;
  }
  return root;
}

/** Opens a session on a file or on the bytes of a model. Throws IO0702 when ONNX Runtime refuses the model. */
export async function openSession(model: string | Uint8Array, settings: SessionSettings): Promise<OrtSession> {
  if (settings.native === true) return (await import("./native-adapter.ts")).openNativeSession(model, settings);
  const ort = await loadOrt();
  const options: InferenceSession.SessionOptions = {
    executionProviders: ["cpu"],
    graphOptimizationLevel: settings.optimization,
    logSeverityLevel: 4,
    // Branches side by side need threads of their own.
    interOpNumThreads: settings.executionMode === "parallel" ? Math.max(1, settings.threads) : 1,
    ...(settings.memoryPattern === undefined ? {} : { enableMemPattern: settings.memoryPattern }),
    ...(settings.threads > 0 ? { intraOpNumThreads: settings.threads } : {}),
    ...(settings.executionMode === undefined ? {} : { executionMode: settings.executionMode }),
    ...(settings.memoryArena === undefined ? {} : { enableCpuMemArena: settings.memoryArena }),
    ...(settings.configEntries === undefined ? {} : { extra: nested(settings.configEntries) }),
    ...(settings.optimizedModelPath === undefined ? {} : { optimizedModelFilePath: settings.optimizedModelPath }),
    ...(settings.profilePrefix === undefined
      ? {}
      : { enableProfiling: true, profileFilePrefix: settings.profilePrefix }),
  };
  let session: InferenceSession;
  try {
    session = await (typeof model === "string"
      ? ort.InferenceSession.create(model, options)
      : ort.InferenceSession.create(model, options));
  } catch (error) {
    return fail(runtimeDiagnostics.modelRejected({ detail: detailOf(error) }), error);
  }
  const opaqueOutputs = session.outputMetadata.filter((meta) => !meta.isTensor).map((meta) => meta.name);
  const tensorOutputs = session.outputNames.filter((name) => !opaqueOutputs.includes(name));
  const convert = (feeds: ReadonlyMap<string, RuntimeValue>): InferenceSession.FeedsType =>
    Object.fromEntries(
      session.inputNames
        .filter((name) => feeds.has(name))
        .map((name) => [name, toOrt(ort, feeds.get(name) as RuntimeValue)]),
    );
  const guarded = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      if (error instanceof InferOptError) throw error;
      return fail(runtimeDiagnostics.runFailed({ detail: detailOf(error) }), error);
    }
  };
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    opaqueOutputs,
    run: (feeds, wanted = tensorOutputs) =>
      guarded(async () => {
        const results = await session.run(convert(feeds), [...wanted]);
        return new Map(wanted.map((name) => [name, fromOrt(results[name] as never)]));
      }),
    prepare: (feeds) => {
      const converted = convert(feeds);
      return () => guarded(async () => void (await session.run(converted, tensorOutputs)));
    },
    close: async () => {
      if (settings.profilePrefix !== undefined) session.endProfiling();
      await session.release();
    },
  };
}
