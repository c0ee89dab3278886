import type { RuntimeValue } from "../../ir/index.ts";

/** How a session runs. */
export interface SessionSettings {
  /** `disabled` for numeric checks (the graph as it is written), `all` for timing and accuracy. */
  readonly optimization: "disabled" | "basic" | "extended" | "all";
  /** Threads inside an operator; 0 takes all cores. */
  readonly threads: number;
  /** Writes ONNX Runtime's own optimized graph to this file. */
  readonly optimizedModelPath?: string;
  /** Writes how long every node took, on closing, to a file that begins with this path; not for native sessions. */
  readonly profilePrefix?: string;
  /** `parallel` runs branches of the graph side by side; `sequential` when left out. Not for native sessions. */
  readonly executionMode?: "sequential" | "parallel";
  /** False gives memory back after each run; true when left out. Not for native sessions. */
  readonly memoryArena?: boolean;
  /** False places tensors anew in each run instead of by a plan of earlier ones; true when left out. Not for native sessions. */
  readonly memoryPattern?: boolean;
  /** Session configuration entries of ONNX Runtime, such as `session.intra_op.allow_spinning`: `0`. */
  readonly configEntries?: Readonly<Record<string, string>>;
  /** Through ONNX Runtime's C API, where compiled regions run as machine code: needs the host library. */
  readonly native?: boolean;
}

/** An open session of ONNX Runtime. */
export interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Outputs that are no tensors: onnxruntime-node cannot return them. */
  readonly opaqueOutputs: readonly string[];
  run(feeds: ReadonlyMap<string, RuntimeValue>, wanted?: readonly string[]): Promise<ReadonlyMap<string, RuntimeValue>>;
  /** A prepared call for timing: conversion of the feeds is done once, outputs are dropped. */
  prepare(feeds: ReadonlyMap<string, RuntimeValue>): () => Promise<void>;
  close(): Promise<void>;
}
