import type { MeasurePolicy, ProcessMemory, RaceResult } from "../../measure/index.ts";
import type { CountedDevice, EnergySources, MeanPower } from "../energy/counters.ts";
import type { SessionSettings } from "../ort/session.ts";
import type { ProfileLimits, RegionTimes } from "../profile-regions.ts";
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
  /** Runs and drops the outputs, up to `runs` times, but no longer than needed: 3 times whatever it takes. */
  | {
      readonly op: "repeat";
      readonly session: number;
      readonly feeds: WireValues;
      readonly runs: number;
      readonly budgetNs: number;
    }
  | { readonly op: "close"; readonly session: number }
  /** Tells the memory of the process, and lets its peak start anew. */
  | { readonly op: "memory" }
  /** Looks for counters of energy, and for GPUs: a driver that crashes takes this process along and no other. */
  | { readonly op: "energy" }
  /** Tells the mean power over so long. */
  | { readonly op: "power"; readonly ms: number }
  /** Times the steps of the compiled regions in a model's file. */
  | { readonly op: "profile"; readonly model: string; readonly limits: ProfileLimits }
  | {
      readonly op: "race";
      readonly forms: readonly { readonly name: string; readonly session: number; readonly feeds: WireValues }[];
      readonly policy: MeasurePolicy;
      readonly seed: number;
      /** Device whose energy is counted where that can be; none when left out. */
      readonly energy?: CountedDevice;
    };

/** Answers, one a kind of request. */
export interface WorkerAnswers {
  readonly open: {
    readonly session: number;
    readonly inputNames: readonly string[];
    readonly outputNames: readonly string[];
    readonly opaqueOutputs: readonly string[];
    readonly openMs: number;
  };
  readonly run: { readonly values: WireValues };
  /** Resident memory of the process afterwards, and least nanoseconds of a run. */
  readonly repeat: { readonly rssBytes: number; readonly leastNs: number };
  readonly close: Record<string, never>;
  readonly memory: ProcessMemory;
  readonly energy: EnergySources;
  readonly power: MeanPower;
  readonly profile: { readonly regions: readonly RegionTimes[] };
  readonly race: RaceResult;
}
