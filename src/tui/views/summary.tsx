import { Box, Text } from "../ink.ts";
import type { ReactElement } from "react";
import { printable } from "../../diagnostics/index.ts";
import type { CompileReport, FormReport } from "../../events.ts";
import { formatBytes, formatMetric } from "../../report/index.ts";
import type { Theme } from "../theme.ts";
import { Tinted } from "./tinted.tsx";

/** The verdict of a run: what was written, and what it is worth. Stays in the terminal when the screen is given back. */
export function Summary({ report, theme }: { readonly report: CompileReport; readonly theme: Theme }): ReactElement {
  const { output, model, forms } = report;
  const { glyphs } = theme;
  const chosen = forms.find(({ name }) => name === output.form);
  const original = forms.find(({ name }) => name === "original");
  const isKept = output.form === "original";
  const facts = [
    ["speed", speedOf(chosen)],
    ["accuracy", accuracyOf(chosen, original)],
    ["size", `${formatBytes(model.bytes)} ${glyphs.arrow} ${formatBytes(output.bytes)}`],
    ["nodes", `${model.nodes} ${glyphs.arrow} ${output.nodes}`],
    ["file", output.file === undefined ? "none (--dry-run)" : printable(output.file)],
  ].filter((fact): fact is [string, string] => fact[1] !== undefined);
  return (
    <Box flexDirection="column">
      <Text>
        <Tinted color={isKept ? theme.warning : theme.good} bold>
          {isKept ? `${glyphs.paused} the original was kept` : `${glyphs.done} ${printable(output.form)} was chosen`}
        </Tinted>
      </Text>
      {facts.map(([name, text]) => (
        <Text key={name}>{`  ${name.padEnd(9)} ${text}`}</Text>
      ))}
    </Box>
  );
}

function speedOf(form: FormReport | undefined): string | undefined {
  if (form === undefined || form.timings.length === 0) return undefined;
  return form.timings
    .map(({ threads, speed }) => `${speed.paired.toFixed(2)}x at ${threads} thread${threads === 1 ? "" : "s"}`)
    .join(", ");
}

function accuracyOf(form: FormReport | undefined, original: FormReport | undefined): string | undefined {
  if (form === undefined || form.accuracy.length === 0) return undefined;
  return form.accuracy
    .map(({ metric, value }) => {
      const before = original?.accuracy.find((other) => other.metric === metric);
      const was = before === undefined || form === original ? "" : ` (was ${formatMetric(metric, before.value)})`;
      return `${metric} ${formatMetric(metric, value)}${was}`;
    })
    .join(", ");
}
