import type { SessionSettings } from "../ort/session-types.ts";
import type { WireValues } from "../worker/wire.ts";

/** What is asked of an instance of a model under load. */
export type InstanceRequest =
  | {
      readonly op: "open";
      readonly model: string;
      readonly settings: SessionSettings;
      /** `rows` samples, of which a batch takes the first so many. */
      readonly feeds: WireValues;
      readonly rows: number;
      /** CPUs to stay on; none leaves that to the system. */
      readonly cpus: readonly number[];
    }
  | { readonly op: "batch"; readonly size: number }
  /** Keeps a core busy. */
  | { readonly op: "spin"; readonly ms: number };

/** Answers, one a kind of request. */
export interface InstanceAnswers {
  readonly open: { readonly pinned: boolean };
  /** Nanoseconds of the inference alone. */
  readonly batch: { readonly ns: number };
  readonly spin: Record<string, never>;
}
