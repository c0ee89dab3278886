import type { Space } from "../../../../src/schedule/template.ts";

/** The space of a template that has one form. */
export const onlyPoint: Space = { parameters: [], legal: () => true };

/** Nanoseconds that pay for waking another thread. */
const threadNanoseconds = 4000;

/** Rows worth a thread of their own, given the nanoseconds a row takes. */
export function rowGrain(rowNanoseconds: number): number {
  return Math.max(1, Math.ceil(threadNanoseconds / Math.max(1, rowNanoseconds)));
}
