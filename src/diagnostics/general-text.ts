import type { DiagnosticEntry } from "./diagnostic.ts";

/** What a diagnostic says of any case: its message and its advice, with `<name>` where a case has its own; nothing where all is the case's own. */
export interface GeneralText {
  readonly message: string | undefined;
  readonly hint: string | undefined;
}

/** The texts of an entry without a case: in a list and in `explain`, where only the code is known. */
export function generalText({ message, hint }: Pick<DiagnosticEntry<never>, "message" | "hint">): GeneralText {
  const details = new Proxy({}, { get: (_, name) => placeholder(String(name)) }) as never;
  // What is computed of a case is a number here, too.
  const told = (value: string): string | undefined => {
    const text = String(value).replaceAll("NaN", "N");
    return /^<[^<>]*>$/.test(text) ? undefined : text;
  };
  return { message: told(message(details)), hint: told(hint(details)) };
}

/** A value that is written as `<name>`, whatever is asked of it on the way: texts format, join and count what they get. */
function placeholder(name: string): unknown {
  const text = `<${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}>`;
  const written = (): string => text;
  const value: unknown = new Proxy(written, {
    get: (_, key) => {
      if (key === Symbol.toPrimitive || key === "toString") return written;
      // A list of one, for texts that walk through what they get.
      if (key === Symbol.iterator) return () => [text].values();
      return key === "length" ? 1 : value;
    },
    apply: () => value,
  });
  return value;
}
