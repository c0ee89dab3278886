import { variadic } from "./variadic.ts";

/** Max: the greatest of the inputs; NaN wins. */
export const max = variadic("Max", { real: Math.max, bigint: (a, b) => (a > b ? a : b) });
/** Min: the least of the inputs; NaN wins. */
export const min = variadic("Min", { real: Math.min, bigint: (a, b) => (a < b ? a : b) });
