import { define } from "../diagnostic.ts";

/** Problems of running and timing models. */
export const runtimeDiagnostics = {
  runtimeMissing: define<{ detail: string }>({
    code: "IO0701",
    exitCode: 5,
    message: ({ detail }) => `onnxruntime-node cannot be loaded: ${detail}`,
    hint: () => "reinstall the package `onnxruntime-node` for this platform; `infer-opt doctor` shows what was found",
    explanation:
      "Checks, calibration and timing run models with the npm package onnxruntime-node, whose native part must match the platform (glibc Linux, macOS or Windows; x64 or arm64). Without it `optimize --check none --tune off --precision fp32` still works: the rewriting needs no runtime.",
  }),
  modelRejected: define<{ detail: string }>({
    code: "IO0702",
    message: ({ detail }) => `ONNX Runtime does not load the model: ${detail}`,
    hint: () =>
      "the model is simplified without being checked or timed; see the message for the operator or opset it misses",
    explanation:
      "ONNX Runtime refused the model when the session was created: an operator or a version of it is missing, a custom domain is not registered, or the model is malformed. What needs running (numeric checks, calibration, timing) is left out and reported as not measured.",
  }),
  runFailed: define<{ detail: string }>({
    code: "IO0703",
    message: ({ detail }) => `ONNX Runtime failed while running the model: ${detail}`,
    hint: () => "check the shapes and values of the inputs (`--shape`, `--calib-data`)",
    explanation:
      "The session was created but a run ended with an error, most often because generated or given inputs do not fit what the model expects: a sequence too short, an index out of range, a shape that only some values allow. Give real samples with --calib-data, or pin shapes with --shape.",
  }),
  workerCrashed: define<{ detail: string }>({
    code: "IO0704",
    message: ({ detail }) => `the measuring process ended: ${detail}`,
    hint: () => "the point is recorded as failed and not tried again; results so far are kept",
    explanation:
      "Models are run and timed in a child process, so that a crash inside a native runtime cannot take the compiler down. The child ended by itself or by a signal. Out of memory is a common cause: see --memory-limit.",
  }),
  workerTimeout: define<{ what: string; seconds: number }>({
    code: "IO0705",
    message: ({ what, seconds }) => `${what} did not end within ${seconds} s`,
    hint: () => "pin smaller shapes with --shape, or leave checks and timing out with --check none --tune off",
    explanation:
      "Loading and running have time limits of their own. The child that did not answer was killed with everything it had started.",
  }),
  notMeasured: define<{ reason: string }>({
    code: "IO0706",
    severity: "warning",
    message: ({ reason }) => `not measured: ${reason}`,
    hint: () => "the optimized form is written unverified by running; every structural check passed",
    explanation:
      "The model could not be run here, so neither the numeric comparison nor the timing took place. Reasons: operators of an unknown domain, a model that ONNX Runtime refuses, or one larger than --memory-limit or the free memory. What was changed is still covered by the structural verifier and by shape inference.",
  }),
  targetUnknown: define<{ target: string; nearest: string | undefined; known: string }>({
    code: "IO0707",
    exitCode: 2,
    message: ({ target }) => `unknown target "${target}"`,
    hint: ({ nearest, known }) =>
      nearest === undefined ? `known targets: ${known}` : `did you mean "${nearest}"? Known targets: ${known}`,
    explanation:
      "`--target` names where the model will run. `infer-opt targets` lists the known ones with what was detected on this machine.",
  }),
  targetUnavailable: define<{ target: string; missing: string }>({
    code: "IO0708",
    exitCode: 5,
    message: ({ target, missing }) => `target "${target}" is not available here: ${missing}`,
    hint: () => "choose another --target; `infer-opt doctor` lists what each target needs",
    explanation:
      "A target needs its device and runtime to be present, because choices are made by timing on the device itself.",
  }),
  noTempFolder: define<{ detail: string }>({
    code: "IO0709",
    message: ({ detail }) => `no temporary folder can be made: ${detail}`,
    hint: () => "set the environment variable TMPDIR (TEMP on Windows) to a folder that may be written to",
    explanation:
      "Forms of the model that are run and timed are written to the system's temporary folder first, and removed at the end.",
  }),
  programRefused: define<{ detail: string }>({
    code: "IO0710",
    message: ({ detail }) => `the host library does not load the program: ${detail}`,
    hint: () => "compile the model again; INFER_OPT_NATIVE=0 runs it without the host library",
    explanation:
      "A program holds the kernels of a region as machine code. The host library refuses it when its digest or that of the constants differs (the model was edited after it was compiled), when it needs CPU features that are not there or are masked by INFER_OPT_ISA, when its code is not listed in the file that INFER_OPT_TRUST names, or when anything in it could reach outside its buffers (docs/program-format.md).",
  }),
  programDamaged: define<{ region: string; detail: string }>({
    code: "IO0719",
    message: ({ region, detail }) => `the program of ${region} cannot be read: ${detail}`,
    hint: () => "compile the model again",
    explanation:
      "A program lies in the model as a tensor of bytes (docs/program-format.md). These are cut off, changed, or no constant at all; runtimes run the region's plain operators at best.",
  }),
  regionsDiffer: define<{ form: string; detail: string }>({
    code: "IO0712",
    severity: "warning",
    message: ({ form, detail }) => `compiled regions are left out: ${form} computes something else: ${detail}`,
    hint: () => "please report it with the model; the result is written without them",
    explanation:
      "Every kernel is checked against the reference before it is timed, and the whole model once more with its regions: its outputs are compared with those of the same form run by ONNX Runtime alone. Where they differ by more than rounding, nothing of the regions is used. With kernels that may be a quantization step off, at least 30 dB are wanted; otherwise the model is compiled once more without those. Of products in bfloat16 at least 10 dB are wanted here; what they lose is judged like quantization.",
  }),
  bf16Unavailable: define<{ detail: string }>({
    code: "IO0717",
    severity: "warning",
    message: ({ detail }) => `--precision bf16: products stay in float32: ${detail}`,
    hint: () => "`infer-opt targets` shows what this CPU has; --precision int8 needs no such instructions",
    explanation:
      "Products of bfloat16 that are added up in float32 are instructions of their own (AVX512_BF16), which CPUs have since AMD Zen 4 and Intel Cooper Lake or Sapphire Rapids. Emulating them would be slower than float32. The result is the one of --precision fp32.",
  }),
  hostCheckFailed: define<{ detail: string }>({
    code: "IO0713",
    message: ({ detail }) => `the host library does not work here: ${detail}`,
    hint: () => "build it again (docs/runtime.md); INFER_OPT_NATIVE=0 runs models without it",
    explanation:
      "`infer-opt runtime --check` compiles a small quantized convolution for this CPU, runs it in ONNX Runtime once with the host library and once without, and compares every value. A difference means that the library, the emitted code or the CPU is not what it claims to be. It also damages the program and expects that the session is refused: if it is not, ONNX Runtime has run the plain operators in place of the region.",
  }),
  sessionOption: define<{ detail: string }>({
    code: "IO0714",
    exitCode: 2,
    message: ({ detail }) => `createSession: ${detail}`,
    hint: () => "docs/runtime.md lists the options; onnxruntime-node's own sessions run the same model without regions",
    explanation:
      "`createSession` takes the options of onnxruntime-node's InferenceSession that mean something to compiled regions, which run on the CPU. Others are refused, so that none is ignored in silence: the model runs with them in onnxruntime-node itself, where regions are the plain operators in their bodies.",
  }),
  nativeMissing: define<{ detail: string }>({
    code: "IO0711",
    exitCode: 5,
    message: ({ detail }) => `the host library is not available: ${detail}`,
    hint: () =>
      "models run without it, on plain operators; `infer-opt doctor` shows what was found, docs/runtime.md how it is built",
    explanation:
      "Compiled regions run in a small native library that is built once for a platform, not for a model. Where it is missing, cannot be loaded, or may not map executable memory, models still run in ONNX Runtime: a region is then computed by the plain operators in its body.",
  }),
  hiddenByNoise: define<{ form: string; chosen: string; ratio: number }>({
    code: "IO0720",
    severity: "warning",
    message: ({ form, chosen, ratio }) =>
      `${form} looked ${ratio.toFixed(2)}x as fast as ${chosen}, but the machine is too noisy to tell: ${chosen} is simpler and was written`,
    hint: () => "time again when the machine is quiet: --reprove, with --tune extensive for more rounds",
    explanation:
      "Forms are told apart by ratios of times from the same rounds, with a 95 % interval. The interval of a form that looked at least a tenth faster reached down to no gain at all, because other work on the machine spread the times. The simpler of the two was written: it was not shown to be slower. Both are in the report with their intervals.",
  }),
  isaUnknown: define<{ isa: string; nearest: string | undefined; known: string }>({
    code: "IO0718",
    exitCode: 2,
    message: ({ isa }) => `unknown level of instruction sets "${isa}"`,
    hint: ({ nearest, known }) =>
      nearest === undefined ? `known levels: ${known}` : `did you mean "${nearest}"? Known levels: ${known}`,
    explanation:
      "`--isa` lists the levels of instruction sets for which programs are put into the file, each of which stands for several features (docs/program-format.md). A CPU runs the best level that it has; where it has none of them, the plain operators.",
  }),
};
