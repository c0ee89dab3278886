/** How grave a problem is: an error ends the command, a warning needs attention, a note explains. */
export type Severity = "error" | "warning" | "note";

/** Where a problem lies; every field is optional. */
export interface Where {
  readonly file?: string | undefined;
  /** Byte offset in the file. */
  readonly offset?: number | undefined;
  /** Name of the node, or `OpType` and index where it has none. */
  readonly node?: string | undefined;
  /** Name of the value (tensor). */
  readonly value?: string | undefined;
  /** JSON pointer into a config file. */
  readonly pointer?: string | undefined;
}

/** One user-visible problem: a stable code, one line of what, one of what to do, and where. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint: string;
  readonly where: Where;
  /** Exit code of a command that ends with this error (formats.md of the design; docs/exit-codes.md). */
  readonly exitCode: number;
}

/** The only exception thrown on purpose. Anything else that escapes is a bug and is shown with its stack. */
export class InferOptError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic, cause?: unknown) {
    super(`${diagnostic.code}: ${diagnostic.message}`, cause === undefined ? undefined : { cause });
    this.name = "InferOptError";
    this.diagnostic = diagnostic;
  }
}

/** One entry of the catalogue. `message` and `hint` get the arguments of the factory. */
export interface DiagnosticEntry<A> {
  readonly code: string;
  readonly severity?: Severity;
  readonly exitCode?: number;
  readonly message: (args: A) => string;
  readonly hint: (args: A) => string;
  /** The long text of `infer-opt explain CODE`: cause, consequence, remedy. Plain Markdown. */
  readonly explanation: string;
}

/** Makes a diagnostic from its arguments and place. */
export type DiagnosticFactory<A> = ((args: A, where?: Where) => Diagnostic) & { readonly entry: DiagnosticEntry<A> };

/** Turns a catalogue entry into its factory. */
export function define<A>(entry: DiagnosticEntry<A>): DiagnosticFactory<A> {
  const factory = (args: A, where: Where = {}): Diagnostic => ({
    code: entry.code,
    severity: entry.severity ?? "error",
    message: entry.message(args),
    hint: entry.hint(args),
    where,
    exitCode: entry.exitCode ?? 1,
  });
  return Object.assign(factory, { entry });
}

/** Throws the diagnostic as an error. */
export function fail(diagnostic: Diagnostic, cause?: unknown): never {
  throw new InferOptError(diagnostic, cause);
}
