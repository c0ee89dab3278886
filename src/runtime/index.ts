export type { OrtModule } from "./ort/load-ort.ts";
export { loadOrt, ortVersion } from "./ort/load-ort.ts";
export type { OrtSession, SessionSettings } from "./ort/session.ts";
export { openSession } from "./ort/session.ts";
export type { Worker, WorkerLimits, WorkerSetup } from "./worker/client.ts";
export { defaultWorkerLimits, startWorker } from "./worker/client.ts";
export type { WorkerExecutorOptions } from "./worker/worker-executor.ts";
export { workerExecutor } from "./worker/worker-executor.ts";
export { fromWire, toWire } from "./worker/wire.ts";
