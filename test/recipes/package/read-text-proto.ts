/** A message read from protobuf's text format: every field is a list, as the format cannot tell single from repeated. */
export interface ReadMessage {
  readonly [field: string]: readonly (string | number | boolean | ReadMessage)[];
}

type ReadValue = ReadMessage[string][number];

/** Reads protobuf's text format by its rules (comments, adjacent fields, lists, messages with and without a colon). Throws SyntaxError. */
export function readTextProto(text: string): ReadMessage {
  const tokens = text.match(/#[^\n]*|"(?:[^"\\\n]|\\.)*"|[A-Za-z_][\w.]*|-?\d[\w.+-]*|[{}[\]:,;]|\S/g) ?? [];
  const rest = tokens.filter((token) => !token.startsWith("#"));
  let at = 0;
  const expect = (token: string): void => {
    if (rest[at++] !== token) throw new SyntaxError(`"${token}" is expected, not "${rest[at - 1] ?? "the end"}"`);
  };
  const value = (): ReadValue => {
    const token = rest[at++] ?? "";
    if (token === "{") {
      const message = fields("}");
      expect("}");
      return message;
    }
    if (token.startsWith('"') && token.length > 1) return JSON.parse(token) as string;
    if (/^-?\d/.test(token)) return Number(token);
    if (token === "true" || token === "false") return token === "true";
    if (/^[A-Z_]+[A-Z0-9_]*$/.test(token)) return token;
    throw new SyntaxError(`no value: "${token}"`);
  };
  const fields = (end: string | undefined): ReadMessage => {
    const found: Record<string, ReadValue[]> = {};
    while (rest[at] !== end && at < rest.length) {
      const name = rest[at++] ?? "";
      if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new SyntaxError(`no field name: "${name}"`);
      const isMessage = rest[at] === "{";
      if (!isMessage) expect(":");
      const into = (found[name] ??= []);
      if (rest[at] === "[") {
        at++;
        while (rest[at] !== "]") {
          into.push(value());
          if (rest[at] === ",") at++;
          else if (rest[at] !== "]") throw new SyntaxError(`"${rest[at] ?? "the end"}" in a list`);
        }
        at++;
      } else into.push(value());
      if (rest[at] === "," || rest[at] === ";") at++;
    }
    return found;
  };
  const message = fields(undefined);
  if (at < rest.length) throw new SyntaxError(`"${rest[at] ?? ""}" after the message`);
  return message;
}
