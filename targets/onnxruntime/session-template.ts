import type { SessionSettings } from "../../src/runtime/index.ts";
import type { Point, Template } from "../../src/schedule/index.ts";
import { formKernel } from "./form-kernel.ts";

/** What a session of ONNX Runtime can be told that may change its speed. */
export interface SessionOptions {
  /** Inside an operator. */
  readonly threads: number;
  readonly optimization: "basic" | "extended" | "all";
  /** Threads without work wait in a loop. */
  readonly spinning: boolean;
  /** Tensors come from an arena, placed by a pattern of earlier runs. */
  readonly arena: boolean;
  readonly memoryPattern: boolean;
  readonly execution: "sequential" | "parallel";
}

/** The options as sessions are opened with them. */
export function sessionSettings(options: SessionOptions): SessionSettings {
  const { threads, optimization, spinning, arena, memoryPattern, execution } = options;
  return {
    ...{ threads, optimization, memoryArena: arena, memoryPattern, executionMode: execution },
    configEntries: { "session.intra_op.allow_spinning": spinning ? "1" : "0" },
  };
}

const levels = ["basic", "extended", "all"] as const;
const executions = ["sequential", "parallel"] as const;

/** The options a point stands for. */
export function sessionOptions(point: Point): SessionOptions {
  return {
    threads: point["threads"] ?? 1,
    optimization: levels[point["level"] ?? 2] ?? "all",
    spinning: point["spinning"] !== 0,
    arena: point["arena"] !== 0,
    memoryPattern: point["pattern"] !== 0,
    execution: executions[point["parallel"] ?? 0] ?? "sequential",
  };
}

/** Options of a session for one model, known by its hash; the seed is what ONNX Runtime takes by itself. */
export function sessionTemplate(model: string, threadCounts: readonly number[]): Template {
  const most = Math.max(...threadCounts);
  const flags = ["spinning", "arena", "pattern"].map((name) => ({ name, values: [1, 0] }));
  const seed = { threads: most, level: 2, spinning: 1, arena: 1, pattern: 1, parallel: 0 };
  return {
    name: "session",
    version: 1,
    correctness: "bounded",
    matches: (workload): workload is typeof workload => workload.op === "session",
    space: () => ({
      parameters: [
        { name: "threads", values: [...new Set(threadCounts)].sort((a, b) => a - b) },
        { name: "level", values: [0, 1, 2] },
        ...flags,
        { name: "parallel", values: [0, 1] },
      ],
      // One thread waits for nobody, and a pattern is one of the arena.
      legal: ({ threads, spinning, arena, pattern }) =>
        !(threads === 1 && spinning === 0) && !(arena === 0 && pattern === 1),
    }),
    seed: () => seed,
    emit: (_workload, point) => {
      const options = sessionOptions(point);
      return formKernel(JSON.stringify(options), JSON.stringify({ model, options }));
    },
    // Departures from the defaults rarely pay: the fewer, the sooner they are tried.
    cost: (_workload, point) => Object.entries(seed).filter(([name, value]) => point[name] !== value).length,
  };
}
