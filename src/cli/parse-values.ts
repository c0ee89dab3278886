import { InvalidArgumentError } from "commander";
import { parseDuration } from "../config/index.ts";

/** A whole number from 1; the parser's error otherwise. */
export function toCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("a number from 1 is expected.");
  return Number(text);
}

/** Milliseconds of `500ms`, `3s` or `2m`. */
export function toMilliseconds(text: string): number {
  const found = parseDuration(text);
  if (!Number.isFinite(found)) throw new InvalidArgumentError("a duration such as 500ms, 3s or 2m is expected.");
  return found;
}

/** Percentages such as `50,99.9` or `p99`. */
export function toPercentiles(text: string): readonly number[] {
  return text.split(",").map((part) => {
    const found = Number(part.trim().replace(/^p/, "") || NaN);
    if (!(found >= 0 && found <= 100)) throw new InvalidArgumentError("percentages such as 50,90,99.9 are expected.");
    return found;
  });
}

/** `on` or `off`. */
export function toSwitch(text: string): boolean {
  if (text !== "on" && text !== "off") throw new InvalidArgumentError("on or off is expected.");
  return text === "on";
}

/** One value more of an option that may be repeated. */
export function append(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
