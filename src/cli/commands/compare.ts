import { InvalidArgumentError, Option } from "commander";
import type { CompileOptions } from "../../config/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import { fail } from "../../diagnostics/index.ts";
import type { CheckReport } from "../../events.ts";
import type { BaselineResult } from "../../recipes/index.ts";
import type { CliCommand } from "../command.ts";
import type { CliIo } from "../io.ts";
import { addSchemaOptions, givenOptions } from "../schema-options.ts";

const shared = new Set([
  ...["shape", "sampleShape", "calibData", "evalData", "preprocess", "seed", "evalSamples", "target", "threads"],
  ...["tune", "budget", "metric", "maxDrop"],
]);

interface CompareOptions extends Record<string, unknown> {
  readonly baseline?: string;
  readonly tensors?: boolean;
  readonly minSqnr?: number;
  readonly slowerThan?: number | true;
  readonly junit?: string;
  readonly jobSummary?: string;
  readonly json?: boolean;
}

/** A model may be slower by this share, if nothing else is said: what good races cannot tell from noise. */
const SLOWER = 0.02;

/** Timing that nothing depends on. */
const GLANCE = { warmUpMs: 50, durationMs: 400, iterations: 10 };

/** `infer-opt compare A B`: do two models compute the same, and may the second replace the first? */
export const compare: CliCommand = {
  name: "compare",
  examples: [
    { line: "compare old.onnx new.onnx", purpose: "outputs, tensors inside, structure, size and speed" },
    {
      line: "compare old.onnx new.onnx --calib-data images/ --min-sqnr 20",
      purpose: "a gate: exit code 3 below 20 dB on these samples",
    },
    {
      line: "compare new.onnx --baseline shipped.onnx --eval-data test.npz",
      purpose: "may it replace what was shipped last?",
    },
  ],
  register: (program, io, finish) => {
    const command = program
      .command("compare")
      .description("run two models on the same samples and compare outputs, tensors inside, structure, size and speed")
      .argument("<a>", "the reference model; with --baseline the model that is to be shipped")
      .argument("[b]", "the other model")
      .option("--tensors", "every tensor inside, too, not the worst only")
      .option("--json", "as JSON");
    for (const option of gateOptions()) command.addOption(option.helpGroup("Gates:"));
    addSchemaOptions(command, (name) => shared.has(name));
    command.action(async (first: string, second: string | undefined, values: CompareOptions) => {
      const { completeOptions } = await import("../../config/index.ts");
      const { compareModels } = await import("../../recipes/index.ts");
      const { formatComparison } = await import("../format-comparison.ts");
      const [a, b] = modelsOf(first, second, values.baseline);
      const options = completeOptions({
        ...(values["tune"] === undefined ? { tune: "quick" } : {}),
        ...givenOptions(values),
      });
      const result = await compareModels(a, b, options, io.signal, { tensors: true });
      const gate = await gateOf(a, b, options, values, io);
      const least = values.minSqnr;
      const checks = [
        ...gate.checks,
        ...(least === undefined ? [] : result.outputs.map((output) => sqnrCheck(output, least))),
      ];
      if (values.json === true)
        io.stdout(`${JSON.stringify({ ...result, timing: gate.timing, checks }, finiteText, 2)}\n`);
      else io.stdout(formatComparison(result, { ...gate, checks }, values.tensors === true));
      await writeChecks(a, b, checks, values);
      finish(checks.every(({ ok }) => ok) ? 0 : 3);
    });
  },
};

function gateOptions(): readonly Option[] {
  const slower = new Option(
    "--fail-if-slower [percent]",
    "exit code 3 when the second is slower by more (2 when left out)",
  );
  // A compile has an option of the flag's name, which takes no percentage.
  slower.attributeName = () => "slowerThan";
  return [
    new Option(
      "--baseline <file>",
      "the model shipped last: same inputs and outputs, and no more lost than --max-drop",
    ),
    slower.argParser(toShare),
    new Option("--min-sqnr <dB>", "exit code 3 when an output is below this signal-to-noise ratio").argParser(
      toDecibels,
    ),
    new Option("--junit <file>", "write the checks as a JUnit test suite"),
    new Option("--job-summary <file>", "append the checks as Markdown, such as to $GITHUB_STEP_SUMMARY"),
  ];
}

function toShare(text: string): number {
  const found = Number(text.replace(/%$/, ""));
  if (!(found >= 0 && found < 100)) throw new InvalidArgumentError("a percentage such as 5 or 5% is expected.");
  return found / 100;
}

function toDecibels(text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("decibels such as 40 are expected.");
  return Number(text);
}

function modelsOf(first: string, second: string | undefined, baseline: string | undefined): readonly [string, string] {
  if (baseline !== undefined && second === undefined) return [baseline, first];
  if (baseline === undefined && second !== undefined) return [first, second];
  return fail(
    configDiagnostics.conflict({
      detail: second === undefined ? "compare needs two models" : "--baseline is the first of the two models",
      advice: "compare A B, or compare NEW --baseline LAST",
    }),
  );
}

/** The checks that were asked for, with the timing they rest on; timing alone where there is no gate and `--tune off` is not given. */
async function gateOf(
  a: string,
  b: string,
  options: CompileOptions,
  values: CompareOptions,
  io: CliIo,
): Promise<{ readonly checks: readonly CheckReport[]; readonly timing: GateTiming }> {
  const { benchModels, gateBaseline, speedChecks } = await import("../../recipes/index.ts");
  const { makeReporter } = await import("../io.ts");
  const reporter = await makeReporter({ ...io, stdout: io.stderr }, false, false);
  const { slowerThan } = values;
  const slower = slowerThan === true ? SLOWER : slowerThan;
  if (values.baseline !== undefined)
    return gateBaseline(a, b, options, {
      slower: slower ?? (options.tune === "off" ? undefined : SLOWER),
      reporter,
      signal: io.signal,
    });
  if (options.tune === "off" && slower !== undefined)
    fail(configDiagnostics.conflict({ detail: "--fail-if-slower needs timing", advice: "leave --tune off out" }));
  if (options.tune === "off") return { checks: [], timing: undefined };
  const setup = { reporter, signal: io.signal };
  const isGated = slower !== undefined || values["tune"] !== undefined;
  const timing = await benchModels([a, b], options, isGated ? setup : { ...setup, limits: GLANCE });
  return { checks: slower === undefined ? [] : speedChecks(timing, slower), timing };
}

type GateTiming = BaselineResult["timing"];

function sqnrCheck({ name, sqnrDb }: { readonly name: string; readonly sqnrDb: number }, least: number): CheckReport {
  const found = Number.isFinite(sqnrDb) ? `${sqnrDb.toFixed(1)} dB` : sqnrDb > 0 ? "exact" : "not comparable";
  return { name: `SQNR of ${name}`, ok: sqnrDb >= least, detail: `${found}; at least ${least} dB are wanted` };
}

/** JSON knows no infinity. */
function finiteText(_: string, value: unknown): unknown {
  return value === Infinity ? "Infinity" : value === -Infinity ? "-Infinity" : value;
}

async function writeChecks(
  a: string,
  b: string,
  checks: readonly CheckReport[],
  { junit, jobSummary }: CompareOptions,
): Promise<void> {
  if (junit === undefined && jobSummary === undefined) return;
  const { appendText, writeAtomically } = await import("../../recipes/index.ts");
  const { renderChecksJunit, renderChecksSummary } = await import("../../report/index.ts");
  if (junit !== undefined) writeAtomically(junit, renderChecksJunit(b, checks));
  if (jobSummary !== undefined) appendText(jobSummary, renderChecksSummary(b, a, checks));
}
