import type { Diagnostic } from "../../diagnostics/index.ts";
import type { MeasurePolicy, RaceResult } from "../../measure/index.ts";
import type { SessionSettings } from "../ort/session.ts";
import type { WireValues } from "./wire.ts";

/** What the compiler asks of the measuring process. */
export type WorkerRequest =
  | { readonly op: "open"; readonly model: string | Uint8Array; readonly settings: SessionSettings }
  | {
      readonly op: "run";
      readonly session: number;
      readonly feeds: WireValues;
      readonly wanted: readonly string[] | undefined;
    }
  | { readonly op: "close"; readonly session: number }
  | {
      readonly op: "race";
      readonly forms: readonly { readonly name: string; readonly session: number; readonly feeds: WireValues }[];
      readonly policy: MeasurePolicy;
      readonly seed: number;
    };

/** Answers, one a kind of request. */
export interface WorkerAnswers {
  readonly open: {
    readonly session: number;
    readonly inputNames: readonly string[];
    readonly outputNames: readonly string[];
    readonly opaqueOutputs: readonly string[];
    readonly openMs: number;
    readonly rssBytes: number;
  };
  readonly run: { readonly values: WireValues };
  readonly close: Record<string, never>;
  readonly race: RaceResult;
}

/** A request with its number. */
export interface RequestMessage {
  readonly id: number;
  readonly request: WorkerRequest;
}

/** An answer, a failure, or news of a race under way. */
export type AnswerMessage =
  | { readonly id: number; readonly kind: "answer"; readonly answer: WorkerAnswers[keyof WorkerAnswers] }
  | {
      readonly id: number;
      readonly kind: "failure";
      readonly diagnostic: Diagnostic | undefined;
      readonly stack: string;
    }
  | { readonly id: number; readonly kind: "round"; readonly round: number; readonly rounds: number };
