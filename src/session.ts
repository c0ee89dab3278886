export type { Diagnostic } from "./diagnostics/index.ts";
export { InferOptError } from "./diagnostics/index.ts";
export type { Session, SessionOptions } from "./runtime/create-session.ts";
export { createSession } from "./runtime/create-session.ts";
export { nativeLibraryPath } from "./runtime/native-path.ts";
export type { SessionTensor } from "./runtime/native-session.ts";
