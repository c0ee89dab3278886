import { createHash } from "node:crypto";

/** Plain data that a record is made of. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** JSON with keys sorted at every level and undefined members left out: equal data has equal text (RFC 8785 in spirit; numbers as JavaScript prints them). */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value as Record<string, Json | undefined>)
      .filter((entry): entry is [string, Json] => entry[1] !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** The sha256 of the canonical JSON of plain data, in hex. */
export function hashJson(value: Json): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
