import type { Reporter } from "../events.ts";

/**
 * Reporter that writes every event as one line of JSON; numbers that JSON lacks become strings. That something is timed
 * at this moment is no news to who reads it later, and is left out.
 */
export function ndjsonReporter(write: (text: string) => void): Reporter {
  const replace = (_key: string, value: unknown): unknown => {
    if (typeof value === "bigint") return String(value);
    return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  };
  return {
    handle: (event) => {
      if (event.type !== "timing") write(`${JSON.stringify(event, replace)}\n`);
    },
  };
}
