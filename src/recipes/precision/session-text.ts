import type { SessionReport } from "../../events.ts";
import { counted } from "../../report/index.ts";

/** What is advised to a session of ONNX Runtime, in one line. */
export function describeSession({ options, defaultNs, ns, reason }: SessionReport): string {
  if (defaultNs !== undefined && defaultNs === ns) return `session options: the defaults serve best here (${reason})`;
  const { intraOpNumThreads, graphOptimizationLevel, executionMode, ...rest } = options;
  const told = [
    counted(intraOpNumThreads, "thread"),
    `optimizations ${graphOptimizationLevel}`,
    executionMode,
    ...(rest.allowSpinning ? [] : ["no spinning"]),
    ...(rest.enableCpuMemArena ? [] : ["no arena"]),
    ...(rest.enableMemPattern ? [] : ["no memory pattern"]),
  ];
  const gain =
    defaultNs === undefined || ns === undefined ? "" : `, ${(defaultNs / ns).toFixed(2)}x the speed of the defaults`;
  return `session options that serve best here: ${told.join(", ")}${gain} (${reason}); the proof was timed with the defaults`;
}
