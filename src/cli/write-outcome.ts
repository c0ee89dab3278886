import type { Outcome } from "../report/index.ts";

/** Files for pipelines that a command was asked for. */
export interface OutcomeFiles {
  readonly junit: string | undefined;
  /** Grows by every run: a job has one summary for all of its steps. */
  readonly jobSummary: string | undefined;
}

/** Writes how a compile ended to the files that were asked for. Throws IO0906 when one cannot be written. */
export async function writeOutcome({ junit, jobSummary }: OutcomeFiles, outcome: Outcome): Promise<void> {
  if (junit === undefined && jobSummary === undefined) return;
  const { appendText, writeAtomically } = await import("../recipes/index.ts");
  const { renderJobSummary, renderJunit } = await import("../report/index.ts");
  if (junit !== undefined) writeAtomically(junit, renderJunit(outcome));
  if (jobSummary !== undefined) appendText(jobSummary, renderJobSummary(outcome));
}
