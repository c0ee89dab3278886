import type { DType, Model, Node } from "../ir/index.ts";
import { uniformNumbers } from "../ir/index.ts";
import { parseRegionName } from "../region/index.ts";
import type { HostLibrary } from "./native.ts";
import { runnableProgram } from "./region-program.ts";

/** The steps of one region's program, timed among each other. */
export interface RegionTimes {
  /** The operator of its call, such as `Region_avx2_0`. */
  readonly name: string;
  /** Least nanoseconds of each step, in the order of the program. */
  readonly stepNs: readonly number[];
}

/** How long a profile may take: runs, and nanoseconds for all of them of one region. */
export interface ProfileLimits {
  readonly runs: number;
  readonly budgetNs: number;
}

/** Times every step of every region of a model in its program, one sample on one thread, as all of the program runs. */
export function profileRegions(model: Model, host: HostLibrary, limits: ProfileLimits): readonly RegionTimes[] {
  return [...model.graph.nodes()]
    .filter(({ domain, opType }) => parseRegionName(domain, opType) !== undefined)
    .flatMap((call) => {
      const stepNs = profileCall(model, call, host, limits);
      return stepNs === undefined ? [] : [{ name: call.opType, stepNs }];
    });
}

function profileCall(
  model: Model,
  call: Node,
  host: HostLibrary,
  { runs, budgetNs }: ProfileLimits,
): readonly number[] | undefined {
  const found = runnableProgram(model, call, host.features);
  if (found === undefined) return undefined;
  const { program, bytes, constants } = found;
  const loaded = host.load(bytes, constants);
  try {
    const inputs = program.inputs.flatMap((input) =>
      input.kind === "activation" ? [noise(host.allocate(input.bytes), input.dtype)] : [],
    );
    const outputs = program.outputs.map((output) => host.allocate(output.bytes));
    const once = loaded.profile(inputs, outputs, { runs: 2 }).reduce((sum, ns) => sum + ns, 0);
    const affordable = Math.floor(budgetNs / Math.max(1, once));
    return loaded.profile(inputs, outputs, { runs: Math.max(3, Math.min(runs, affordable)) });
  } finally {
    loaded.free();
  }
}

/** Fills a buffer of floats or bytes with numbers that are no denormals; indices stay 0, which every table has. */
function noise(buffer: Uint8Array, dtype: DType): Uint8Array {
  const next = uniformNumbers(1);
  if (dtype === "float32") {
    const elements = new Float32Array(buffer.buffer, buffer.byteOffset, buffer.byteLength / 4);
    for (let at = 0; at < elements.length; at++) elements[at] = next() * 2 - 1;
  } else if (dtype === "uint8" || dtype === "int8")
    for (let at = 0; at < buffer.length; at++) buffer[at] = next() * 256;
  return buffer;
}
