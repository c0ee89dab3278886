/** A part of the report that it leaves open. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether an open part is an object. */
export const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;

/** Whether an open part is a number. */
export const isNumber = (value: unknown): value is number => typeof value === "number";
