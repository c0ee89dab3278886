import type { Node } from "../../src/ir/index.ts";
import { uniformNumbers } from "../../src/ir/index.ts";
import { loadModel } from "../../src/onnx/index.ts";
import { parseRegionName } from "../../src/region/index.ts";
import type { HostLibrary } from "../../src/runtime/index.ts";
import { loadHostLibrary } from "../../src/runtime/index.ts";
import { startKernelMeasurer } from "../../targets/cpu/kernel-measurer.ts";
import { measurePeak } from "../../targets/cpu/peak.ts";
import type { Device } from "../../targets/index.ts";
import type { RegionForm } from "./forms.ts";

/** One step of a region's program, on one thread. */
export interface StepProfile {
  readonly region: string;
  readonly step: string;
  readonly workload: string;
  readonly template: string;
  readonly point: Readonly<Record<string, number>>;
  /** Least nanoseconds in the program, among the other steps. */
  readonly ns: number;
  /** Multiply-accumulates, in 10^9 a second; 0 for steps that have none. */
  readonly gmacs: number;
  /** Share of the machine's measured peak. */
  readonly peakShare: number;
}

const RUNS = 60;

/** Times every step of every region in its program, and the peak of the machine beside them. */
export async function profileRegions({ file, compiled }: RegionForm, device: Device): Promise<readonly StepProfile[]> {
  const library = loadHostLibrary();
  if ("missing" in library) throw new Error(library.missing);
  const { model } = await loadModel(file);
  const calls = new Map(
    [...model.graph.nodes()]
      .filter(({ domain, opType }) => parseRegionName(domain, opType) !== undefined)
      .map((node) => [node.opType, node]),
  );
  const measurer = startKernelMeasurer(device.fingerprint);
  const peak = await measurePeak(measurer, device.fingerprint, new AbortController().signal).finally(measurer.close);
  return compiled.regions.flatMap(({ name, steps }) => {
    const ns = profileCall(library, calls.get(name) as Node);
    return steps.map(({ name: step, workload, template, point, work }, index): StepProfile => {
      const took = ns[index] as number;
      const least = work * (workload.split(" ", 1)[0]?.endsWith("f32") === true ? peak.float32 : peak.int8);
      return { region: name, step, workload, template, point, ns: took, gmacs: work / took, peakShare: least / took };
    });
  });
}

function profileCall(library: HostLibrary, call: Node): readonly number[] {
  const constants = call.inputs.flatMap((value) =>
    value?.constant === undefined || value.name.endsWith(".program") ? [] : [value.constant.bytes()],
  );
  const code = call.inputs.at(-1)?.constant?.bytes();
  if (code === undefined) throw new Error(`${call.name} has no program`);
  const program = library.load(code, constants);
  const activations = call.inputs.filter((value) => value !== undefined && value.constant === undefined);
  const inputs = program.facts.inputBytes.map((bytes, index) => {
    const type = activations[index]?.type;
    return noise(library.allocate(bytes), type?.kind === "tensor" && type.dtype === "float32");
  });
  const outputs = program.facts.outputBytes.map((bytes) => library.allocate(bytes));
  const ns = program.profile(inputs, outputs, { runs: RUNS });
  program.free();
  return ns;
}

/** Fills a buffer with numbers that are no denormals. */
function noise(buffer: Uint8Array, isFloat: boolean): Uint8Array {
  const next = uniformNumbers(1);
  const elements = isFloat ? new Float32Array(buffer.buffer, buffer.byteOffset, buffer.byteLength / 4) : buffer;
  for (let at = 0; at < elements.length; at++) elements[at] = isFloat ? next() * 2 - 1 : next() * 256;
  return buffer;
}
