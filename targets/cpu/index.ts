import { cpuFeatures } from "../../src/codegen/index.ts";
import { featureBits } from "../../src/region/index.ts";
import { loadHostLibrary } from "../../src/runtime/index.ts";
import { onnxruntime } from "../onnxruntime/index.ts";
import { whySwitchedOff } from "./switches.ts";
import { hasBf16 } from "./templates/bytes/simd.ts";
import type { Device, Target } from "../target.ts";

/**
 * This CPU with kernels of our own: ONNX Runtime runs the model, the host library runs regions of it. The file stays
 * portable: without the library, regions are the plain operators they were made from.
 */
export const cpu: Target = {
  id: "cpu",
  summary:
    "this CPU with tuned kernels of our own, carried in the model and run inside ONNX Runtime by the host library",
  facts: (device) => ({ ...onnxruntime.facts(device), id: "cpu" }),
  detect: async () => {
    const found = await onnxruntime.detect();
    if ("missing" in found) return found;
    const switched = whySwitchedOff(process.env);
    if (switched !== undefined) return { missing: switched };
    const host = loadHostLibrary();
    if ("missing" in host) return { missing: `the host library: ${host.missing}` };
    const device = withFeatures(found.device, host.features);
    return { device: { ...device, toolchain: { ...device.toolchain, host: "1" } } };
  },
  listProgram: async (program) => (await import("./list-program.ts")).listProgram(program),
  speed: async (...query) => (await import("./calibrate/device-speed.ts")).deviceSpeed(...query),
  multipliesBf16: hasBf16,
  compileRegions: async (model, setup) => (await import("./compile-regions.ts")).compileRegions(model, setup),
};

/** The device with those features that kernels may use: what the host library finds, less what INFER_OPT_ISA hides. */
function withFeatures(device: Device, bits: number): Device {
  const known = new Set<string>(cpuFeatures);
  const isa = [
    ...device.fingerprint.isa.filter((name) => !known.has(name)),
    ...cpuFeatures.filter((name) => (bits & featureBits([name])) !== 0),
  ].sort();
  return { ...device, fingerprint: { ...device.fingerprint, isa } };
}
