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
