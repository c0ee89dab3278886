export type { ChildExit, NodeChild, NodeChildOptions } from "./node-child.ts";
export { startNodeChild } from "./node-child.ts";
export { asidePath } from "./aside-path.ts";
export { withFileLock } from "./file-lock.ts";
export type { TempFolder } from "./temp-folder.ts";
export { makeTempFolder } from "./temp-folder.ts";
export { allowedCpus, pinProcess } from "./pin-process.ts";
