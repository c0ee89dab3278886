import type { CheckReport } from "../events.ts";
import { markdownTable } from "./job-summary.ts";
import { suiteText } from "./junit.ts";

/** Checks of a model as a JUnit test suite, a case each. */
export function renderChecksJunit(model: string, checks: readonly CheckReport[]): string {
  return suiteText(
    model,
    checks.map(({ name, ok, detail }) => ({
      ...{ name, seconds: 0, output: detail },
      ...(ok ? {} : { failure: { type: "check", message: detail } }),
    })),
  );
}

/** Checks of a model as Markdown for the summary page of a CI job. */
export function renderChecksSummary(model: string, against: string, checks: readonly CheckReport[]): string {
  const failed = checks.filter(({ ok }) => !ok);
  return [
    `### infer-opt: ${model} against ${against}`,
    "",
    `**${failed.length === 0 ? "Passed" : `Failed: ${failed.map(({ name }) => name).join(", ")}`}**`,
    "",
    markdownTable([
      ["check", "", "detail"],
      ...checks.map(({ name, ok, detail }) => [name, ok ? "ok" : "FAILED", detail]),
    ]),
    "",
  ].join("\n");
}
