import type { TimingOptions, Timings } from "../native-time.ts";

/** A buffer of a program: its length, and its first bytes by the number they were kept under. */
export interface TimerBuffer {
  readonly bytes: number;
  readonly content: number | undefined;
}

/** What is asked of the process that runs and times programs of the host library. */
export type TimerRequest =
  | { readonly op: "keep"; readonly bytes: Uint8Array }
  | {
      readonly op: "load";
      readonly program: Uint8Array;
      /** Constant inputs by the numbers they were kept under. */
      readonly constants: readonly number[];
      readonly inputs: readonly TimerBuffer[];
      readonly outputs: readonly TimerBuffer[];
    }
  | { readonly op: "run"; readonly program: number; readonly threads: number }
  | { readonly op: "time"; readonly programs: readonly number[]; readonly options: Omit<TimingOptions, "core"> }
  /** Frees all programs and everything that was kept. */
  | { readonly op: "clear" };

/** Answers, one a kind of request. */
export interface TimerAnswers {
  readonly keep: { readonly kept: number };
  readonly load: { readonly program: number };
  /** `fault`: what the program did to bytes that are not its own; undefined when nothing. */
  readonly run: { readonly outputs: readonly Uint8Array[]; readonly fault: string | undefined };
  readonly time: Timings;
  readonly clear: Record<string, never>;
}
