import type { Diagnostic } from "./diagnostic.ts";
import { printable } from "./printable.ts";

/** A diagnostic as lines for people: severity, code and what; where; what to do. No colours. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { code, severity, message, hint, where } = diagnostic;
  const place = [
    where.file,
    where.offset === undefined ? undefined : `byte ${where.offset}`,
    where.node === undefined ? undefined : `node "${where.node}"`,
    where.value === undefined ? undefined : `value "${where.value}"`,
    where.pointer === undefined ? undefined : `at ${where.pointer}`,
  ].filter((part) => part !== undefined);
  const lines = [`${severity} ${code}: ${message}`];
  if (place.length > 0) lines.push(`  where: ${place.join(", ")}`);
  if (hint !== "") lines.push(`  help: ${hint}`);
  // What a message quotes may be of several lines, or of a file's name: none of them begins a line as it likes.
  return lines.map((line) => line.split("\n").map(printable).join("\n  | ")).join("\n");
}
