import type { RuntimeValue, Tensor } from "../../ir/index.ts";
import { elementsOf, isTensor, tensorFromElements } from "../../ir/index.ts";
import type { SessionTensor } from "../native-session.ts";
import { createNativeSession } from "../native-session.ts";
import type { OrtSession, SessionSettings } from "./session-types.ts";

/**
 * Opens a session through ONNX Runtime's C API, with compiled regions. Throws IO0701, IO0702 or IO0711; values other
 * than tensors of numbers are a TypeError when they are fed.
 */
export async function openNativeSession(model: string | Uint8Array, settings: SessionSettings): Promise<OrtSession> {
  const session = await createNativeSession(model, {
    intraOpNumThreads: settings.threads,
    graphOptimizationLevel: settings.optimization,
    logSeverityLevel: 4,
    ...(settings.configEntries === undefined ? {} : { configEntries: settings.configEntries }),
  });
  const { inputNames, outputNames } = session;
  const convert = (feeds: ReadonlyMap<string, RuntimeValue>): Record<string, SessionTensor> =>
    Object.fromEntries(
      inputNames.filter((name) => feeds.has(name)).map((name) => [name, toSession(feeds.get(name) as RuntimeValue)]),
    );
  return {
    inputNames,
    outputNames,
    opaqueOutputs: [],
    run: async (feeds, wanted = outputNames) => {
      const results = await session.run(convert(feeds), wanted);
      return new Map(wanted.map((name) => [name, fromSession(results[name] as SessionTensor)]));
    },
    prepare: (feeds) => {
      const prepared = session.prepare(convert(feeds));
      return async () => prepared.run();
    },
    close: () => session.release(),
  };
}

function toSession(value: RuntimeValue): SessionTensor {
  if (!isTensor(value) || value.dtype === "string") throw new TypeError("native sessions take tensors of numbers only");
  return { type: value.dtype, dims: value.shape as readonly number[], data: elementsOf(value) };
}

function fromSession({ type, dims, data }: SessionTensor): Tensor {
  return tensorFromElements(type, dims, data);
}
