export type { CompileOptions, UserOptions } from "./options.ts";
export { completeOptions, readConfigFile } from "./load.ts";
export { parseDrop, parseDuration, parseShape, parseShare, parseSize } from "./quantities.ts";
export { schema } from "./schema.ts";
