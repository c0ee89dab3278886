import type { ChildClient } from "../worker/child-client.ts";
import { startChildClient } from "../worker/child-client.ts";
import { scriptPath } from "../worker/script-path.ts";
import type { InstanceAnswers, InstanceRequest } from "./protocol.ts";

/** A process with one session, which runs batches of a load; or one that shares the cores with such. */
export type ModelInstance = ChildClient<InstanceRequest, InstanceAnswers>;

/** Longest time of a request: a model may take seconds to load, and a batch of a large one to run. */
const LIMIT_SECONDS = 600;

/** Makes an instance; its process starts on the first request. */
export function startModelInstance(): ModelInstance {
  return startChildClient<InstanceRequest, InstanceAnswers>({
    script: scriptPath("instance", "main"),
    args: [],
    secondsFor: () => LIMIT_SECONDS,
    describe: ({ op }) => `"${op}" of a model under load`,
  });
}
