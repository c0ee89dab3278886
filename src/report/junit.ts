import type { Diagnostic } from "../diagnostics/index.ts";
import type { CompileReport, FormReport } from "../events.ts";
import { configDiagnostics } from "../diagnostics/codes/config.ts";
import { reachedText } from "./constraints.ts";
import { leastCost, shownSpeed } from "./form-table.ts";
import { counted, formatBytes, formatCost, formatEnergy, formatMetric } from "./format.ts";
import type { Outcome } from "./outcome.ts";

/** One case of a test suite. */
export interface TestCase {
  readonly name: string;
  readonly seconds: number;
  /** What was seen. */
  readonly output: string;
  readonly failure?: { readonly type: string; readonly message: string };
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
};

/** The characters that XML 1.0 can write: tab, line ends, and what is no control character. */
function isWritable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x20 || code === 9 || code === 10 || code === 13;
}

/** Text as XML; what XML has no way to write is dropped. */
function escape(text: string): string {
  return [...text]
    .filter(isWritable)
    .map((character) => entities[character] ?? character)
    .join("");
}

/**
 * A compile as a JUnit test suite: a case for each stage's comparison, each metric, the speed at each thread count, memory,
 * energy and cost, each constraint, and each error. Failed cases are what the exit code is for. What stages did
 * not take of the run's time is that of the written form.
 */
export function renderJunit(outcome: Outcome): string {
  const cases = "error" in outcome ? [endedCase(outcome.error)] : reportCases(outcome.report);
  return suiteText("error" in outcome ? outcome.model : outcome.report.model.file, cases);
}

/** Cases about a model as a test suite. */
export function suiteText(model: string, cases: readonly TestCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const seconds = cases.reduce((sum, each) => sum + each.seconds, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${cases.length}" failures="${failures}">`,
    `  <testsuite name="infer-opt ${escape(model)}" tests="${cases.length}" failures="${failures}" time="${seconds.toFixed(3)}">`,
    ...cases.map(caseText),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function caseText({ name, seconds, output, failure }: TestCase): string {
  return [
    `    <testcase classname="infer-opt" name="${escape(name)}" time="${seconds.toFixed(3)}">`,
    ...(failure === undefined
      ? []
      : [`      <failure type="${escape(failure.type)}" message="${escape(failure.message)}"/>`]),
    ...(output === "" ? [] : [`      <system-out>${escape(output)}</system-out>`]),
    "    </testcase>",
  ].join("\n");
}

function endedCase({ code, message, hint }: Diagnostic): TestCase {
  return { name: "optimize", seconds: 0, output: hint, failure: { type: code, message } };
}

function reportCases(report: CompileReport): readonly TestCase[] {
  const { forms, output, stages, problems, phases, choice, constraints } = report;
  const isMissed = constraints.some(({ met }) => !met);
  const written = forms.find(({ name }) => name === output.form);
  const stageCases = stages.map(({ stage, check, passes }): TestCase => {
    const seconds = passes.reduce((sum, { ms }) => sum + ms, 0) / 1000;
    return { name: `stage ${stage}`, seconds, output: check };
  });
  const rest = stageCases.reduce(
    (left, { seconds }) => left - seconds,
    phases.reduce((sum, { ms }) => sum + ms, 0) / 1000,
  );
  return [
    {
      ...{ name: `written: ${output.form}`, seconds: Math.max(0, rest) },
      output: `${choice.reason}; ${formatBytes(report.model.bytes)} -> ${formatBytes(output.bytes)}`,
    },
    ...stageCases,
    ...(written?.accuracy ?? []).map(({ metric, value, samples }) => ({
      ...{ name: `accuracy ${metric}`, seconds: 0 },
      output: `${formatMetric(metric, value)} on ${counted(samples, "sample")}`,
    })),
    ...(written?.timings ?? []).map(({ threads, speed }) => {
      const { ratio, low, high } = shownSpeed(speed);
      const name = `speed at ${counted(threads, "thread")}`;
      return { name, seconds: 0, output: `${ratio.toFixed(3)}x (${low.toFixed(3)} to ${high.toFixed(3)})` };
    }),
    ...(written === undefined ? [] : resourceCases(written)),
    ...constraints.map((each): TestCase => {
      const reached = reachedText(each, output.form);
      const failure = { type: constraintCode, message: `${each.constraint}: ${reached}` };
      const name = `constraint ${each.constraint}`;
      return { name, seconds: 0, output: reached, ...(each.met ? {} : { failure }) };
    }),
    ...problems
      .filter(({ severity, code }) => severity === "error" && !(isMissed && code === constraintCode))
      .map(({ code, message, hint }) => ({
        ...{ name: `error ${code}`, seconds: 0, output: hint },
        failure: { type: code, message },
      })),
  ];
}

const constraintCode = configDiagnostics.constraintUnmet.entry.code;

/** What the written form takes besides time, as far as it is known. */
function resourceCases(form: FormReport): readonly TestCase[] {
  const cost = leastCost(form);
  const figures = [
    ["session memory", form.memoryBytes === undefined ? undefined : formatBytes(form.memoryBytes)],
    ["energy", form.energy === undefined ? undefined : `${formatEnergy(form.energy.uj)} (${form.energy.source})`],
    ["cost of a million inferences", cost && `${formatCost(cost.cost)} at ${counted(cost.threads, "thread")}`],
  ] as const;
  return figures.flatMap(([name, output]) => (output === undefined ? [] : [{ name, seconds: 0, output }]));
}
