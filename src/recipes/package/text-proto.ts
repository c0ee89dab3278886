/** A value of a message in protobuf's text format; an {@link EnumName} is written bare, a string in quotes. */
export type TextValue = string | number | boolean | EnumName | TextMessage | readonly TextValue[];

/** The name of an enum's value. */
export interface EnumName {
  readonly enum: string;
}

/** Fields in the order they are written; undefined ones are left out, lists are written as one field with brackets. */
export type TextMessage = { readonly [field: string]: TextValue | undefined };

/** Writes a message in protobuf's text format, with lines of comment above it. */
export function writeTextProto(message: TextMessage, comments: readonly string[] = []): string {
  return [...comments.map((line) => `# ${line}`), ...fieldLines(message, ""), ""].join("\n");
}

function fieldLines(message: TextMessage, indent: string): readonly string[] {
  return Object.entries(message).flatMap(([name, value]): readonly string[] => {
    if (value === undefined) return [];
    if (isList(value)) return listLines(name, value, indent);
    return isMessage(value) ? messageLines(name, value, indent) : [`${indent}${name}: ${scalar(value)}`];
  });
}

function listLines(name: string, values: readonly TextValue[], indent: string): readonly string[] {
  if (values.some(isMessage)) return values.flatMap((value) => messageLines(name, value as TextMessage, indent));
  return [`${indent}${name}: [${values.map(scalar).join(", ")}]`];
}

function messageLines(name: string, message: TextMessage, indent: string): readonly string[] {
  return [`${indent}${name} {`, ...fieldLines(message, `${indent}  `), `${indent}}`];
}

function isList(value: TextValue): value is readonly TextValue[] {
  return Array.isArray(value);
}

function isMessage(value: TextValue): value is TextMessage {
  return typeof value === "object" && !isList(value) && !("enum" in value && typeof value.enum === "string");
}

function scalar(value: TextValue): string {
  if (typeof value === "string") return quoted(value);
  return typeof value === "object" ? (value as EnumName).enum : String(value);
}

const escapes: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r" };

function quoted(text: string): string {
  return `"${text.replace(/["\\\n\t\r]/g, (character) => escapes[character] as string)}"`;
}
