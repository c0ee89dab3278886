import { configDiagnostics } from "./codes/config.ts";
import { dataDiagnostics } from "./codes/data.ts";
import { onnxDiagnostics } from "./codes/onnx.ts";
import { opsDiagnostics } from "./codes/ops.ts";
import { pipelineDiagnostics } from "./codes/pipeline.ts";
import { pruneDiagnostics } from "./codes/prune.ts";
import { quantDiagnostics } from "./codes/quant.ts";
import { referenceDiagnostics } from "./codes/reference.ts";
import { runtimeDiagnostics } from "./codes/runtime.ts";
import { scheduleDiagnostics } from "./codes/schedule.ts";
import type { DiagnosticFactory } from "./diagnostic.ts";

const groups = [
  onnxDiagnostics,
  opsDiagnostics,
  pipelineDiagnostics,
  dataDiagnostics,
  quantDiagnostics,
  pruneDiagnostics,
  referenceDiagnostics,
  runtimeDiagnostics,
  scheduleDiagnostics,
  configDiagnostics,
];

/** Every diagnostic by its code, in the order of the codes. */
export const catalogue: ReadonlyMap<string, DiagnosticFactory<never>> = new Map(
  groups
    .flatMap((group) => Object.values(group) as readonly DiagnosticFactory<never>[])
    .map((factory) => [factory.entry.code, factory] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);
