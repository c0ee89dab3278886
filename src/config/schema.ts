/**
 * The options of a compile as JSON Schema (2020-12): the one source of the config file's checks, of the command line's
 * flags and help, of the generated types (`npm run generate`) and of the reference page. `x-flag` is the spelling on
 * the command line where it differs from the kebab-case name; `x-group` orders the help.
 */
export const schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "CompileOptions",
  type: "object",
  additionalProperties: false,
  properties: {
    output: {
      type: "string",
      description: "file (.onnx) or folder to write to; default: `<stem>.opt.onnx` beside the model",
      "x-group": "output",
    },
    target: {
      type: "string",
      default: "onnxruntime",
      description: "where the model will run; `infer-opt targets` lists them",
      "x-group": "target",
    },
    precision: {
      enum: ["auto", "fp32", "bf16", "int8"],
      default: "auto",
      description:
        "lowest precision that may be used where it pays; auto: int8 when there is data to calibrate on; bf16: products of the float model, with --target cpu on CPUs that multiply it",
      "x-group": "target",
    },
    isa: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "instruction sets to make programs for, separated by commas: avx2, avxvnni, avx512vnni, avx512vbmi, avx512bf16; default: those of this CPU",
      "x-group": "target",
    },
    exact: {
      type: "boolean",
      default: false,
      description: "only kernels whose quantized results equal the model's own; others may be a step off where it pays",
      "x-group": "target",
    },
    threads: {
      type: "array",
      items: { type: "integer", minimum: 1, maximum: 1024 },
      default: [],
      description: "thread counts to time at, separated by commas; default: 1 and all",
      "x-group": "target",
    },
    level: {
      enum: ["O0", "O1", "O2", "O3"],
      default: "O2",
      description: "passes: O0 none, O1 bit-preserving clean-up, O2 fusions within tolerance, O3 as O2 for now",
      "x-flag": "-O",
      "x-group": "pipeline",
    },
    passes: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "run exactly these passes instead of the preset, separated by commas",
      "x-group": "pipeline",
    },
    skipPasses: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "leave out these passes or rules (`pass` or `pass/rule`)",
      "x-group": "pipeline",
    },
    check: {
      enum: ["none", "stage", "each"],
      default: "stage",
      description: "compare the numbers never, after each stage, or after each pass",
      "x-group": "pipeline",
    },
    strict: {
      type: "boolean",
      default: false,
      description: "a pass that must be rolled back ends the command with exit code 4",
      "x-group": "pipeline",
    },
    explainRefusals: {
      type: "boolean",
      default: false,
      description: "list near misses: what almost matched, where, and the failing condition",
      "x-group": "pipeline",
    },
    dumpIr: {
      type: "string",
      description: "folder for the graph as text after each pass that changed it",
      "x-group": "pipeline",
    },
    overridable: {
      enum: ["freeze", "keep"],
      default: "freeze",
      description: "weights listed as graph inputs: freeze makes them constants (callers can no longer override them)",
      "x-group": "pipeline",
    },
    inlineFunctions: {
      type: "boolean",
      default: false,
      description: "inline calls of model-local functions",
      "x-group": "pipeline",
    },
    shape: {
      type: "array",
      items: { type: "string", pattern: "^.+:\\d+(x\\d+)*$", examples: ["input:1x3x224x224"] },
      default: [],
      description: "pin an input's shape, `name:1x3x224x224` (repeatable); also the shape for checks and timing",
      "x-group": "target",
    },
    sampleShape: {
      type: "array",
      items: { type: "string", pattern: "^.+:\\d*(x\\d+)*$", examples: ["input:1x3x320x320"] },
      default: [],
      description:
        "shape of generated samples where the model leaves it open, `name:1x3x320x320` (repeatable); pins nothing",
      "x-group": "target",
    },
    calibData: {
      type: "string",
      description: "samples: image folder, .npy, .npz, folder of test_data_set_N, .jsonl",
      "x-group": "calibration",
    },
    calibMethod: {
      enum: ["auto", "minmax", "percentile", "mse", "entropy"],
      default: "auto",
      description: "how ranges are taken from the samples; auto: each method is tried on held-out samples",
      "x-group": "calibration",
    },
    calibSamples: {
      type: "integer",
      minimum: 1,
      maximum: 1000000,
      default: 128,
      description: "at most this many samples for calibration",
      "x-group": "calibration",
    },
    calib: {
      type: "string",
      description: "ranges from an earlier run (.calib.json), bound to graph, data and method by hash",
      "x-group": "calibration",
    },
    preprocess: {
      type: "string",
      default: "none",
      description:
        "how pictures become tensors: preset (imagenet-torchvision, tensorflow, caffe-bgr, none) and key=value overrides",
      "x-group": "calibration",
    },
    randomCalib: {
      type: "boolean",
      default: false,
      description: "calibrate on generated noise: never for a release",
      "x-group": "calibration",
    },
    evalData: {
      type: "string",
      description:
        "samples for accuracy; default: what is held back from --calib-data (files sorted, every fifth calibrates)",
      "x-group": "accuracy",
    },
    evalSamples: {
      type: "integer",
      minimum: 1,
      maximum: 1000000,
      default: 500,
      description: "at most this many samples for accuracy",
      "x-group": "accuracy",
    },
    metric: {
      enum: ["auto", "top1", "top5", "agreement", "sqnr", "cosine"],
      default: "auto",
      description:
        "what accuracy means; auto: top1 where there are labels, else a signal-to-noise ratio of at least 10 dB",
      "x-group": "accuracy",
    },
    maxDrop: {
      type: "string",
      // A bare number is a share: 1 would be all of it, and whoever writes that means 1%.
      pattern: "^(0(\\.\\d+)?|(100|\\d{1,2}(\\.\\d+)?)%)(rel)?$",
      examples: ["0.5%", "0.005", "0.5%rel"],
      default: "1%",
      description: "largest loss of accuracy that is accepted, absolute (`0.5%`) or relative (`0.5%rel`)",
      "x-group": "accuracy",
    },
    nodesToExclude: {
      type: "string",
      description: "regular expression: nodes that stay float, by name or, without one, by their first output",
      "x-group": "calibration",
    },
    opTypesToExclude: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "operator types that stay float, separated by commas",
      "x-group": "calibration",
    },
    sparsity: {
      type: "string",
      pattern: "^(0(\\.\\d+)?|\\d{1,2}(\\.\\d+)?%)$",
      examples: ["30%", "0.3"],
      description: "share of weights or channels to prune, for example 30%; nothing is pruned without it",
      "x-group": "pruning",
    },
    pruneMethod: {
      enum: ["level", "l1-channel"],
      default: "l1-channel",
      description: "level: zero the smallest weights; l1-channel: remove whole channels",
      "x-group": "pruning",
    },
    tune: {
      enum: ["off", "quick", "default", "extensive"],
      default: "default",
      description: "how long to time the forms against each other; off writes the lowest precision untimed",
      "x-group": "tuning",
    },
    hot: {
      type: "boolean",
      default: false,
      description:
        "time kernels with their data in the caches, as tiny networks keep it; otherwise caches are swept between calls",
      "x-group": "tuning",
    },
    budget: {
      type: "string",
      pattern: "^\\d+(\\.\\d+)?(ms|s|m|h)$",
      examples: ["60s", "500ms", "2m"],
      description: "longest time for timing, for example 60s",
      "x-group": "tuning",
    },
    records: {
      type: "string",
      description: "schedule cache to read and append to; default: `<stem>.schedule.jsonl` beside the output",
      "x-group": "tuning",
    },
    seed: {
      type: "integer",
      minimum: 0,
      maximum: 4294967295,
      default: 1,
      description: "seed of everything that is drawn",
      "x-group": "tuning",
    },
    reprove: {
      type: "boolean",
      default: false,
      description: "time again although a valid proof is in the records",
      "x-group": "tuning",
    },
    reproducible: {
      type: "boolean",
      default: false,
      description: "measure nothing: choices from the records, ranges from calib.json; what is missing is exit code 6",
      "x-group": "tuning",
    },
    profile: {
      enum: ["edge", "mobile", "cloud"],
      description:
        "presets for a kind of deployment, options that are given win: edge (energy; 16MiB file, 128MiB memory, 1 thread), mobile (size; 64MiB file, 256MiB memory, p90 of 33ms), cloud (throughput; p99 of 100ms)",
      "x-group": "constraints",
    },
    objective: {
      enum: ["latency", "size", "memory", "throughput", "energy"],
      default: "latency",
      description: "what is best among the forms that meet every constraint",
      "x-group": "constraints",
    },
    maxSize: {
      type: "string",
      pattern: "^\\d+(\\.\\d+)?(B|[KMG]i?B)$",
      examples: ["20MB", "1.5GiB"],
      description: "largest file that is accepted, external data included",
      "x-group": "constraints",
    },
    maxLatency: {
      type: "string",
      pattern: "^\\d+(\\.\\d+)?(us|ms|s)$",
      examples: ["5ms", "800us"],
      description: "largest latency that is accepted, at every thread count that is timed: the median or --percentile",
      "x-group": "constraints",
    },
    percentile: {
      enum: ["p50", "p90", "p95", "p99"],
      default: "p50",
      description: "which latency --max-latency is about",
      "x-group": "constraints",
    },
    maxMemory: {
      type: "string",
      pattern: "^\\d+(\\.\\d+)?(B|[KMG]i?B)$",
      examples: ["200MiB", "1.5GB"],
      description: "most memory that a session of the result may take at its peak, packed weights included",
      "x-group": "constraints",
    },
    minThroughput: {
      type: "number",
      exclusiveMinimum: 0,
      description: "least inferences a second, one after the other, at every thread count that is timed",
      "x-group": "constraints",
    },
    maxEnergy: {
      type: "string",
      pattern: "^\\d+(\\.\\d+)?(uJ|mJ|J)$",
      examples: ["5mJ", "0.2J"],
      description: "most energy of one inference: measured where the machine has counters, else estimated",
      "x-group": "constraints",
    },
    pricePerHour: {
      type: "number",
      exclusiveMinimum: 0,
      description: "what an hour of the machine costs, such as 0.17: reports tell the cost of a million inferences",
      "x-group": "constraints",
    },
    maxWorkspace: {
      type: "string",
      pattern: "^\\d+(\\.\\d+)?(B|[KMG]i?B)$",
      examples: ["20MB", "1.5GiB"],
      description: "scratch memory that kernels may use, all threads together; candidates that need more are left out",
      "x-group": "constraints",
    },
    memoryLimit: {
      type: "string",
      pattern: "^\\d+(\\.\\d+)?(B|[KMG]i?B)$",
      examples: ["20MB", "1.5GiB"],
      description: "memory for this tool and its children; checks and timing that would need more are left out",
      "x-group": "constraints",
    },
    failIfSlower: {
      type: "boolean",
      default: false,
      description: "exit code 3 when nothing is faster than the original",
      "x-group": "constraints",
    },
    baseline: {
      type: "string",
      description:
        "the model shipped last: exit code 3 when the result loses more than --max-drop against it or, with --fail-if-slower (which then speaks of it), is slower",
      "x-group": "constraints",
    },
    package: {
      enum: ["triton", "ort"],
      description:
        "also write the result for a server, into a folder of that name: triton (model repository), ort (session options)",
      "x-group": "output",
    },
    loadResult: {
      type: "string",
      description: "what `bench --load --json` measured of the result: batching and instances for --package",
      "x-group": "output",
    },
    externalData: {
      enum: ["auto", "always", "never"],
      default: "auto",
      description: "keep large tensors in `<file>.data` beside the model (auto: above 1.5 GB)",
      "x-group": "output",
    },
    dryRun: {
      type: "boolean",
      default: false,
      description: "write nothing, tell what would be written; with --tune off nothing is measured either",
      "x-group": "output",
    },
  },
} as const;
