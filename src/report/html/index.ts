import { basename } from "node:path";
import type { CompileReport } from "../../events.ts";
import { layerAccuracy } from "./layer-accuracy.ts";
import { html } from "./markup.ts";
import { precision } from "./precision.ts";
import { quantization } from "./quantization.ts";
import { regions } from "./regions.ts";
import { baseline, constraints } from "./resources.ts";
import { forms, operators, origin, passes, problems, refusals } from "./sections.ts";
import { session } from "./session.ts";
import { style } from "./style.ts";
import { tuningHistory } from "./tuning-history.ts";
import { verdict } from "./verdict.ts";

/**
 * The report as one page: no script, nothing fetched, readable on a phone, in light and dark. What it shows is what
 * report.json holds.
 */
export function renderReport(report: CompileReport): string {
  const title = basename(report.model.file);
  const parts = [
    verdict,
    constraints,
    baseline,
    forms,
    precision,
    session,
    passes,
    operators,
    quantization,
    layerAccuracy,
    regions,
    tuningHistory,
    refusals,
    problems,
    origin,
  ];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – infer-opt</title>
        <link rel="icon" href="data:," />
        <style>
          ${{ markup: style }}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${parts.map((part) => part(report))}
        </main>
      </body>
    </html> `.markup;
}
