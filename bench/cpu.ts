import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { InferOptError } from "../src/index.ts";
import { measurePolicies } from "../src/measure/index.ts";
import { appendRecords, makeScheduleCache, readCacheFile, tuningEfforts } from "../src/schedule/index.ts";
import type { ScheduleCache } from "../src/schedule/index.ts";
import { targets } from "../targets/index.ts";
import type { Device } from "../targets/index.ts";
import { describeMachine } from "../scripts/machine.ts";
import { measureModel } from "./cpu/measure-model.ts";
import { benchModels } from "./cpu/models.ts";
import type { BenchModel } from "./cpu/models.ts";
import { geometricMeans, printHeader, printMeans, printProfile, printResult } from "./cpu/print-results.ts";
import type { ModelFailure, ModelResult } from "./cpu/results.ts";
import { startRunner } from "./cpu/runner.ts";
import { openVinoRunner } from "./cpu/runner-scripts.ts";
import type { TuningResult } from "./cpu/tuning.ts";
import { measureTuning, printTuning } from "./cpu/tuning.ts";

const usage = `npm run bench:cpu -- [options]
  --models NAMES     of ${benchModels.map(({ name }) => name).join(", ")}
  --threads COUNTS   default: 1 and all
  --tune EFFORT      off (what templates take unmeasured), quick, default or extensive
  --exact            only kernels whose quantized results equal ONNX Runtime's
  --records FILE     schedule records to start from and to add to
  --python VENV      adds OpenVINO and NNCF of that environment
  --shared FOLDER    the shared models; default: ../shared/models
  --out FILE         default: bench/results/cpu.json
  --profile          times every step of the INT8 regions
  --tuning           figures of the tuner on resnet50 instead of the comparison
  --quick            short races and little tuning: for trying the benchmark out`;

/** Races our regions against ONNX Runtime and OpenVINO in one interleaved run; prints a table and writes JSON. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      models: { type: "string" },
      threads: { type: "string", default: [...new Set([1, availableParallelism()])].join() },
      tune: { type: "string" },
      exact: { type: "boolean", default: false },
      records: { type: "string" },
      python: { type: "string" },
      shared: { type: "string", default: join("..", "shared", "models") },
      out: { type: "string", default: join("bench", "results", "cpu.json") },
      profile: { type: "boolean", default: false },
      tuning: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const tune = values.tune ?? (values.quick ? "quick" : "default");
  if (values.help || !isEffort(tune)) {
    console.error(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const device = await detectDevice();
  const policy = measurePolicies[values.quick ? "quick" : "default"];
  const { shared } = values;
  const save = (content: object): void => {
    mkdirSync(dirname(values.out), { recursive: true });
    writeFileSync(values.out, `${JSON.stringify(content, null, 2)}\n`);
  };
  const machine = await describeMachine();
  const python = values.python === undefined ? undefined : join(values.python, "bin", "python");
  const toolchain = { ...device.toolchain, ...(python === undefined ? {} : await peerVersions(python)) };
  const versions = Object.entries(toolchain).map(([name, version]) => `${name} ${version}`);
  console.log(`${device.summary}; ${versions.join(", ")}`);
  if (values.tuning) {
    const tuning: TuningResult[] = [];
    for (const model of namedModels(values.models ?? "resnet50")) {
      const result = await measureTuning(model, { shared, device, policy });
      tuning.push(result);
      console.log(printTuning(result));
    }
    save({ machine, toolchain, tuning });
    return;
  }
  console.log(printHeader());
  const results: (ModelResult | ModelFailure)[] = [];
  const regions = {
    cache: openRecords(values.records),
    effort: tune === "off" ? undefined : tuningEfforts[tune],
    device,
    exact: values.exact,
  };
  const threads = values.threads.split(",").map(Number);
  for (const model of namedModels(values.models)) {
    const setup = { shared, threads, policy, selection: measurePolicies.quick, regions, python };
    const result = await attempt(model, { ...setup, profile: values.profile, reverts: tune !== "off" });
    results.push(result);
    console.log("error" in result ? `${result.model}: ${result.error}` : printResult(result));
    if ("profile" in result) console.log(printProfile(result));
    // Written after every network: what was measured survives whatever comes next.
    const means = geometricMeans(results);
    save({ machine, toolchain, tune, exact: values.exact, policy, means, results });
  }
  console.log(printMeans(geometricMeans(results)));
}

function isEffort(name: string): name is keyof typeof tuningEfforts | "off" {
  return name === "off" || name in tuningEfforts;
}

function namedModels(names: string | undefined): readonly BenchModel[] {
  if (names === undefined) return benchModels;
  return names.split(",").map((name) => {
    const model = benchModels.find((candidate) => candidate.name === name || candidate.shared === name);
    if (model === undefined) throw new Error(`no network "${name}"\n${usage}`);
    return model;
  });
}

async function detectDevice(): Promise<Device> {
  const found = await targets.find(({ id }) => id === "cpu")?.detect();
  if (found === undefined || "missing" in found) throw new Error(`target cpu: ${found?.missing ?? "not found"}`);
  return found.device;
}

async function attempt(
  model: BenchModel,
  setup: Parameters<typeof measureModel>[1],
): Promise<ModelResult | ModelFailure> {
  try {
    return await measureModel(model, setup);
  } catch (error) {
    const text = error instanceof InferOptError ? error.message : error instanceof Error ? error.stack : undefined;
    return { model: model.name, error: text ?? String(error) };
  }
}

function openRecords(file: string | undefined): ScheduleCache {
  if (file === undefined) return makeScheduleCache([]);
  return makeScheduleCache(readCacheFile(file).records, (added) => appendRecords(file, added));
}

async function peerVersions(python: string): Promise<Readonly<Record<string, string>>> {
  const runner = startRunner(python, [openVinoRunner]);
  try {
    return (await runner.request({ op: "versions" })).versions ?? {};
  } finally {
    runner.stop();
  }
}

await main();
