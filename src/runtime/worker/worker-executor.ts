import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Model, RuntimeValue } from "../../ir/index.ts";
import { cloneModel } from "../../ir/index.ts";
import { saveModel } from "../../onnx/index.ts";
import type { Executor } from "../../pipeline/index.ts";
import type { Worker } from "./client.ts";
import { fromWire, toWire } from "./wire.ts";

/** How the executor's sessions run. */
export interface WorkerExecutorOptions {
  readonly optimization: "disabled" | "all";
  /** Threads inside an operator; 0 takes all cores. */
  readonly threads: number;
  /** Folder for the models handed to the worker. */
  readonly folder: string;
  /** See SessionSettings. */
  readonly native?: boolean;
}

/** The model with the wanted values as its only outputs; wanted names that are no values of the main graph are left out. */
function withOutputs(model: Model, wanted: readonly string[]): Model {
  const copy = cloneModel(model);
  const names = new Set(wanted);
  const { graph } = copy;
  const present = new Set(graph.outputs.map((value) => value.name));
  for (const node of graph.nodes())
    for (const value of node.outputs)
      if (value !== undefined && names.has(value.name) && !present.has(value.name)) graph.addOutput(value);
  return copy;
}

/** An executor that runs models with ONNX Runtime in the worker's process. Only tensors pass; values that are none are left out. */
export function workerExecutor(worker: Worker, options: WorkerExecutorOptions): Executor {
  let files = 0;
  return {
    name: "onnxruntime",
    async *run(model, feeds, wanted) {
      const file = join(options.folder, `run-${options.optimization}-${files++}.onnx`);
      let opened: number | undefined;
      try {
        await saveModel(wanted === undefined ? model : withOutputs(model, wanted), file);
        const { session, outputNames, opaqueOutputs } = await worker.request({
          op: "open",
          model: file,
          settings: {
            optimization: options.optimization,
            threads: options.threads,
            ...(options.native === undefined ? {} : { native: options.native }),
          },
        });
        opened = session;
        const asked = (wanted ?? outputNames).filter(
          (name) => outputNames.includes(name) && !opaqueOutputs.includes(name),
        );
        for await (const feed of feeds) {
          const { values } = await worker.request({ op: "run", session, feeds: toWire(feed), wanted: asked });
          const given = (wanted ?? []).flatMap((name) =>
            feed.has(name) ? [[name, feed.get(name) as RuntimeValue] as const] : [],
          );
          yield new Map([...given, ...fromWire(values)]);
        }
      } finally {
        if (opened !== undefined) await worker.request({ op: "close", session: opened });
        rmSync(file, { force: true });
        rmSync(`${file}.data`, { force: true });
      }
    },
  };
}
