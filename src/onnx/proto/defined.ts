/** The message without the fields that are undefined or empty lists: those are absent on the wire. */
export function defined<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T {
  const message: Record<string, unknown> = {};
  for (const key in fields) {
    const value: unknown = fields[key];
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) message[key] = value;
  }
  return message as T;
}

/** A text field: absent where it is empty and the file had none. */
export function textField(text: string, original: string | undefined): string | undefined {
  return text === "" && original === undefined ? undefined : text;
}
