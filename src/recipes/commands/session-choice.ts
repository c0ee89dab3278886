import type { SessionSettings } from "../../runtime/index.ts";

/** Session options of ONNX Runtime that a benchmark may be run with; each has ONNX Runtime's default when left out. */
export interface SessionChoice {
  readonly optimization?: SessionSettings["optimization"];
  /** Whether idle threads wait busily. */
  readonly spinning?: boolean;
  readonly arena?: boolean;
  readonly executionMode?: "sequential" | "parallel";
}

/** The settings of a session for a choice. */
export function sessionSettings(choice: SessionChoice, threads: number, native: boolean): SessionSettings {
  const { optimization = "all", spinning, arena, executionMode } = choice;
  return {
    ...{ optimization, threads, native },
    ...(arena === undefined ? {} : { memoryArena: arena }),
    ...(executionMode === undefined ? {} : { executionMode }),
    ...(spinning === undefined ? {} : { configEntries: { "session.intra_op.allow_spinning": spinning ? "1" : "0" } }),
  };
}
