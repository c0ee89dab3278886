import { InferOptError } from "../../src/diagnostics/index.ts";
import { loadOrt, ortVersion } from "../../src/runtime/index.ts";
import type { Target } from "../target.ts";
import { detectCpu } from "./detect-cpu.ts";

/** ONNX Runtime's CPU provider: the portable target, tuned by choosing among forms of the whole model. */
export const onnxruntime: Target = {
  id: "onnxruntime",
  summary: "ONNX Runtime on this CPU: portable ONNX, INT8 as QDQ in the x86 dialect, the form chosen by timing",
  tunesForms: true,
  facts: (device) => {
    const isa = new Set(device?.isa ?? ["avx512vnni"]);
    return {
      id: "onnxruntime",
      maxOpset: 24,
      qdqDialect: "x86",
      hasVnni: isa.has("avx512vnni") || isa.has("avxvnni") || isa.has("sdot"),
      channelMultiple: isa.has("avx512f") ? 16 : 8,
      functions: "keep",
    };
  },
  detect: async () => {
    try {
      const version = ortVersion(await loadOrt());
      const fingerprint = detectCpu();
      const summary = `${fingerprint.name}, ${fingerprint.threads} threads, ${fingerprint.isa.join(" ") || process.arch}`;
      return { device: { fingerprint, summary, toolchain: { onnxruntime: version } } };
    } catch (error) {
      if (error instanceof InferOptError) return { missing: error.diagnostic.message };
      throw error;
    }
  },
};
