export type { CompileOptions, UserOptions } from "./options.ts";
export { completeOptions, readConfigFile } from "./load.ts";
export { parseDrop, parseDuration, parseEnergy, parseShape, parseShare, parseSize } from "./quantities.ts";
export { profiles } from "./profiles.ts";
export { schema } from "./schema.ts";
