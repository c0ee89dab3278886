import type { Space } from "../../../../src/schedule/template.ts";

/** The space of a template that has one form. */
export const onlyPoint: Space = { parameters: [], legal: () => true };

/** Rows worth a thread of their own: together some 32 thousand elements, a few microseconds. */
export function rowGrain(rowElements: number): number {
  return Math.max(1, Math.ceil(32_768 / rowElements));
}
