import type { Diagnostic } from "../diagnostics/index.ts";
import type { CompileReport } from "../events.ts";
import { formatBytes, formatMetric } from "./format.ts";
import type { Outcome } from "./outcome.ts";

interface TestCase {
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
 * A compile as a JUnit test suite: a case for each stage's comparison, each metric, the speed at each thread count, and
 * each constraint that was missed or error that ended the run. Failed cases are what the exit code is for. What stages did
 * not take of the run's time is that of the written form.
 */
export function renderJunit(outcome: Outcome): string {
  const cases = "error" in outcome ? [endedCase(outcome.error)] : reportCases(outcome.report);
  const model = "error" in outcome ? outcome.model : outcome.report.model.file;
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
  const { forms, output, stages, problems, phases, choice } = report;
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
      output: `${formatMetric(metric, value)} on ${samples} samples`,
    })),
    ...(written?.timings ?? []).map(({ threads, speed }) => ({
      ...{ name: `speed at ${threads} thread${threads === 1 ? "" : "s"}`, seconds: 0 },
      output: `${speed.ratio.toFixed(3)}x (${speed.low.toFixed(3)} to ${speed.high.toFixed(3)})`,
    })),
    ...problems
      .filter(({ severity }) => severity === "error")
      .map(({ code, message, hint }) => ({
        ...{ name: `constraint ${code}`, seconds: 0, output: hint },
        failure: { type: code, message },
      })),
  ];
}
