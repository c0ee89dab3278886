import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { InferOptError } from "../src/index.ts";
import { measurePolicies } from "../src/measure/index.ts";
import { describeMachine } from "../scripts/machine.ts";
import { tuneCases } from "./tune/cases.ts";
import type { MeasureSetup, TuneResult } from "./tune/measure-case.ts";
import { measureCase } from "./tune/measure-case.ts";
import type { TuneFailure } from "./tune/print-tuning.ts";
import { printHeader, printResult, printTotals, totalsOf } from "./tune/print-tuning.ts";

const usage = `npm run bench:tune -- [options]
  --models NAMES     parts of names, with commas; default: all shared models that ONNX Runtime runs
  --threads COUNTS   default: 1 and all
  --tune EFFORT      quick, default or extensive
  --budget TIME      ends each search after that time, such as 60s
  --python VENV      adds INT8 of ONNX Runtime's quantizer and of NNCF, of that environment
  --shared FOLDER    the shared models; default: ../shared/models
  --out FILE         default: bench/results/tune.json; results in it of other models stay
  --quick            short races and little tuning: for trying the benchmark out`;

/** Tunes models for ONNX Runtime, races what is written against plain INT8 and others, prints a table and writes JSON. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      models: { type: "string" },
      threads: { type: "string", default: [...new Set([1, availableParallelism()])].join() },
      tune: { type: "string" },
      budget: { type: "string" },
      python: { type: "string" },
      shared: { type: "string", default: join("..", "shared", "models") },
      out: { type: "string", default: join("bench", "results", "tune.json") },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const tune = values.tune ?? (values.quick ? "quick" : "default");
  if (values.help || (tune !== "quick" && tune !== "default" && tune !== "extensive")) {
    console.error(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const machine = await describeMachine();
  const parts = values.models?.split(",");
  const cases = tuneCases(values.shared).filter(
    ({ name }) => parts === undefined || parts.some((part) => name.includes(part)),
  );
  const setup: MeasureSetup = {
    tune,
    budget: values.budget,
    threads: values.threads.split(",").map(Number),
    policy: measurePolicies[values.quick ? "quick" : "default"],
    python: values.python === undefined ? undefined : join(values.python, "bin", "python"),
  };
  console.log(JSON.stringify(machine));
  console.log(printHeader());
  const results = earlierResults(values.out).filter(({ model }) => !cases.some(({ name }) => name === model));
  for (const each of cases) {
    const result = await measureCase(each, setup).catch((error: unknown): TuneFailure => {
      const text = error instanceof InferOptError ? error.message : error instanceof Error ? error.stack : undefined;
      return { model: each.name, error: text ?? String(error) };
    });
    results.push(result);
    console.log("error" in result ? `${result.model}: ${result.error}` : printResult(result));
    // Written after every model: what was measured survives whatever comes next.
    const totals = totalsOf(results.filter(isMeasured));
    mkdirSync(dirname(values.out), { recursive: true });
    writeFileSync(values.out, `${JSON.stringify({ machine, tune, totals, results }, null, 2)}\n`);
  }
  console.log(printTotals(totalsOf(results.filter(isMeasured))));
}

function isMeasured(result: TuneResult | TuneFailure): result is TuneResult {
  return !("error" in result);
}

function earlierResults(file: string): (TuneResult | TuneFailure)[] {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { results: (TuneResult | TuneFailure)[] }).results;
  } catch {
    return [];
  }
}

await main();
