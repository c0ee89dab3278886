import type { Diagnostic, Severity } from "../diagnostics/index.ts";

const commands: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", note: "notice" };

/** Characters that end a workflow command or one of its properties. */
function escape(text: string, inProperty: boolean): string {
  const data = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  return inProperty ? data.replaceAll(":", "%3A").replaceAll(",", "%2C") : data;
}

/** A problem as a workflow command of GitHub Actions, which shows it at the job and at the file. */
export function renderAnnotation({ code, severity, message, hint, where }: Diagnostic): string {
  const file = where.file === undefined ? "" : `file=${escape(where.file, true)},`;
  return `::${commands[severity]} ${file}title=infer-opt ${escape(code, true)}::${escape(`${message}\n${hint}`, false)}`;
}
