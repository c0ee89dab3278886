/** Results that differ from the expected ones for a good reason, by `<case>:<level>`. */
export const knownExceptions: ReadonlyMap<string, string> = new Map([]);
