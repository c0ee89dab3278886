import type { ChildClient } from "../worker/child-client.ts";
import { startChildClient } from "../worker/child-client.ts";
import { scriptPath } from "../worker/script-path.ts";
import type { TimerAnswers, TimerRequest } from "./protocol.ts";

/** Limits on programs under trial. */
export interface TimerLimits {
  /** Longest time to load a program or to run it once. */
  readonly runSeconds: number;
  /** Longest time for one `time` request. */
  readonly timeSeconds: number;
}

/** Limits that fit kernels of up to a second a call. */
export const defaultTimerLimits: TimerLimits = { runSeconds: 10, timeSeconds: 60 };

/** A process that runs and times programs of the host library, which may crash or hang. */
export type ProgramTimer = ChildClient<TimerRequest, TimerAnswers>;

/** Makes a timer; `pinned` for one thread, which stays on one core. */
export function startProgramTimer(pinned: boolean, limits: TimerLimits = defaultTimerLimits): ProgramTimer {
  return startChildClient<TimerRequest, TimerAnswers>({
    script: scriptPath("timer", "main"),
    args: pinned ? ["pin"] : [],
    secondsFor: ({ op }) => (op === "time" ? limits.timeSeconds : limits.runSeconds),
    describe: ({ op }) => `"${op}" of a kernel`,
  });
}
