import { targets } from "../../targets/index.ts";
import type { Device, Target } from "../../targets/index.ts";
import type { CompileOptions } from "../config/index.ts";
import { nearestName } from "../diagnostics/nearest-name.ts";
import { fail } from "../diagnostics/index.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import type { TempFolder } from "../exec/index.ts";
import { makeTempFolder } from "../exec/index.ts";
import type { Executor } from "../pipeline/index.ts";
import type { Worker } from "../runtime/index.ts";
import { startWorker, workerExecutor } from "../runtime/index.ts";

/** What a command works with besides the model: target, device, the measuring process, a folder for what is passing. */
export interface Environment {
  readonly target: Target;
  /** Undefined, with the reason, when the target's device or runtime is missing. */
  readonly device: Device | undefined;
  readonly missing: string | undefined;
  readonly worker: Worker;
  readonly temp: TempFolder;
  /** Runs models as they are written: optimizations off. */
  readonly exact: Executor;
  /** Sessions go through the host library, so that compiled regions run. */
  readonly native: boolean;
  /** Runs models as users do: all optimizations of the runtime. */
  readonly fast: Executor;
  close(): void;
}

/** Runtimes with their versions, as people read them and as proofs name them. */
export function runtimeText(toolchain: Readonly<Record<string, string>>): string {
  return Object.entries(toolchain)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}

/** The target of an id; throws IO0707 with the nearest known one. */
export function targetNamed(id: string): Target {
  const target = targets.find((candidate) => candidate.id === id);
  const known = targets.map((candidate) => candidate.id);
  return (
    target ??
    fail(runtimeDiagnostics.targetUnknown({ target: id, nearest: nearestName(id, known), known: known.join(", ") }))
  );
}

/** Sets up for a target. The caller closes it, whatever happens. An abort ends the measuring process at once, so that nothing waits for a race. */
export async function openEnvironment(options: CompileOptions, signal: AbortSignal): Promise<Environment> {
  const target = targetNamed(options.target);
  const found = await target.detect();
  const temp = makeTempFolder();
  const worker = startWorker({ scratch: temp.path });
  const stop = (): void => worker.stop();
  signal.addEventListener("abort", stop, { once: true });
  const native = target.compileRegions !== undefined && "device" in found;
  return {
    target,
    native,
    device: "device" in found ? found.device : undefined,
    missing: "missing" in found ? found.missing : undefined,
    worker,
    temp,
    exact: workerExecutor(worker, { optimization: "disabled", threads: 0, folder: temp.path }),
    fast: workerExecutor(worker, { optimization: "all", threads: 0, folder: temp.path, native }),
    close: () => {
      signal.removeEventListener("abort", stop);
      worker.stop();
      temp.remove();
    },
  };
}
