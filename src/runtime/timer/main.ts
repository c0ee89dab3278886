import { cpus } from "node:os";
import { Worker } from "node:worker_threads";
import type { HostLibrary } from "../native.ts";
import { loadHostLibrary } from "../native.ts";
import { scriptPath } from "../worker/script-path.ts";
import { serveRequests } from "../worker/serve.ts";
import type { LoadedProgram } from "./loaded-program.ts";
import { bindBuffers } from "./loaded-program.ts";
import type { TimerAnswers, TimerBuffer, TimerRequest } from "./protocol.ts";

/**
 * The process that runs and times programs of the host library: kernels under trial may crash or hang. With the argument
 * `pin` its main thread stays on one core, so that it times one thread only. Numbers never come twice in one process.
 */
function serve(): void {
  const library = loadHostLibrary();
  if ("missing" in library) throw new Error(library.missing);
  const watchdog = new Worker(scriptPath("timer", "watchdog"), { workerData: process.ppid });
  watchdog.unref();
  if (process.argv[2] === "pin") pinToLastCore(library);
  const kept = new Map<number, Uint8Array>();
  const programs = new Map<number, LoadedProgram>();
  const programOf = (number: number): LoadedProgram => {
    const program = programs.get(number);
    if (program === undefined) throw new Error(`no program ${number}`);
    return program;
  };
  const keptBytes = (number: number): Uint8Array => {
    const bytes = kept.get(number);
    if (bytes === undefined) throw new Error(`nothing was kept as ${number}`);
    return bytes;
  };
  const contentOf = ({ bytes, content }: TimerBuffer): { bytes: number; content: Uint8Array } => ({
    bytes,
    content: content === undefined ? new Uint8Array(0) : keptBytes(content),
  });

  const answer = async (request: TimerRequest, id: number): Promise<TimerAnswers[keyof TimerAnswers]> => {
    switch (request.op) {
      case "keep":
        kept.set(id, request.bytes);
        return { kept: id };
      case "load": {
        const constants = request.constants.map(keptBytes);
        const program = library.load(request.program, constants);
        programs.set(id, bindBuffers(library, program, request.inputs.map(contentOf), request.outputs.map(contentOf)));
        return { program: id };
      }
      case "run":
        return programOf(request.program).run(request.threads);
      case "time":
        return library.time(request.programs.map(programOf), request.options);
      case "clear":
        for (const { program } of programs.values()) program.free();
        programs.clear();
        kept.clear();
        return {};
    }
  };
  serveRequests<TimerRequest, TimerAnswers>(answer, () => undefined);
}

/** Pins this thread to the last core it may run on; the first ones serve interrupts. Where none may be had, it stays free. */
function pinToLastCore(library: HostLibrary): void {
  for (let core = cpus().length - 1; core >= 0; core--)
    try {
      library.time([], { rounds: 1, core });
      return;
    } catch {
      // Outside of this process's share of the machine.
    }
}

serve();
