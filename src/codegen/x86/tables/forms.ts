/** Lines of the notation for one instruction. */
export type Forms = readonly string[];

/** A part of a table whose keys are computed, with the type of its keys said. */
export const family = <Names extends string>(
  entries: Readonly<Record<string, Forms>>,
): Readonly<Record<Names, Forms>> => entries as Readonly<Record<Names, Forms>>;
