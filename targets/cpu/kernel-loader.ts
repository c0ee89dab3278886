import { digestConstants, encodeProgram, kernelProgram } from "../../src/region/index.ts";
import type { ProgramTimer, TimerBuffer } from "../../src/runtime/index.ts";
import type { KernelCase } from "../../src/schedule/index.ts";

/** What is loaded at most before everything is freed: programs, and bytes of contents. */
const limits = { programs: 128, keptBytes: 256 << 20 };

/** Loads kernels into a timer as programs of one step, each once, their data once for all of them. */
export interface KernelLoader {
  /** The timer's number for a kernel; `copy` tells equal kernels of one batch apart. */
  load(kernelCase: KernelCase, copy: number): Promise<number>;
  /** Frees everything when much is loaded: between batches. */
  trim(): Promise<void>;
  /** The timer's process is gone, and with it what was loaded. */
  forget(): void;
}

interface Loaded {
  readonly kernelCase: KernelCase;
  readonly copy: number;
  readonly program: number;
}

const identity = ["kernel", "buffers", "parameters", "constants"] as const;

function isSame(a: KernelCase, b: KernelCase): boolean {
  return identity.every((part) => a[part] === b[part]);
}

/** A loader of a timer into which nothing was loaded. */
export function makeKernelLoader(timer: ProgramTimer): KernelLoader {
  let loaded: Loaded[] = [];
  let kept = new Map<Uint8Array, number>();
  let keptBytes = 0;
  const forget = (): void => {
    loaded = [];
    kept = new Map();
    keptBytes = 0;
  };
  const keep = async (bytes: Uint8Array): Promise<number> => {
    const known = kept.get(bytes);
    if (known !== undefined) return known;
    const answer = await timer.request({ op: "keep", bytes });
    kept.set(bytes, answer.kept);
    keptBytes += bytes.byteLength;
    return answer.kept;
  };
  const bufferOf = async (name: string, bytes: number, { buffers }: KernelCase): Promise<TimerBuffer> => {
    const content = buffers[name];
    return { bytes: Math.max(bytes, content?.byteLength ?? 0), content: content && (await keep(content)) };
  };
  return {
    load: async (kernelCase, copy) => {
      const { kernel, parameters, constants } = kernelCase;
      const known = loaded.find((other) => other.copy === copy && isSame(other.kernelCase, kernelCase));
      if (known !== undefined) return known.program;
      const { program, roles } = kernelProgram(kernel, parameters, constants);
      const used = roles.map((role) => constants[role] as Uint8Array);
      const inputs: TimerBuffer[] = [];
      for (const { kind, name, bytes } of program.inputs)
        if (kind === "activation") inputs.push(await bufferOf(name, bytes, kernelCase));
      const outputs: TimerBuffer[] = [];
      for (const { name, bytes } of program.outputs) outputs.push(await bufferOf(name, bytes, kernelCase));
      const numbers: number[] = [];
      for (const bytes of used) numbers.push(await keep(bytes));
      const encoded = encodeProgram(program, digestConstants(used));
      const request = { op: "load", program: encoded, constants: numbers, inputs, outputs } as const;
      const answer = await timer.request(request);
      loaded.push({ kernelCase, copy, program: answer.program });
      return answer.program;
    },
    trim: async () => {
      if (loaded.length <= limits.programs && keptBytes <= limits.keptBytes) return;
      forget();
      await timer.request({ op: "clear" });
    },
    forget,
  };
}
