import type { SpeedRatio } from "../../src/measure/index.ts";
import type { OutputDifference } from "./compare-outputs.ts";
import type { Spread } from "./contest.ts";
import type { Family } from "./models.ts";
import type { StepProfile } from "./profile.ts";

/** How many times faster one form is than another: of minima with its interval, of pairs, and of medians. */
export interface Ratio extends SpeedRatio {
  readonly median: number;
}

/** One network at one thread count. Ratios are ours against theirs; more than 1 is faster. */
export interface ThreadResult {
  readonly threads: number;
  readonly noise: number;
  readonly rounds: number;
  /** By form: `ort-…` and `openvino-…` are the peers'. */
  readonly times: Readonly<Record<string, Spread>>;
  /** The fastest form of any peer. */
  readonly bestPeer: string;
  readonly ratios: {
    /** What a compile writes against ONNX Runtime on the same QDQ model. */
    readonly int8: Ratio | undefined;
    /** The form with regions, whether it is written or not. */
    readonly int8Regions: Ratio | undefined;
    readonly float: Ratio | undefined;
    readonly floatRegions: Ratio | undefined;
    /** The file with regions, without the host library, against the QDQ model. */
    readonly portable: Ratio | undefined;
    /** The faster of what is written in INT8 and in float32, against the best form of any peer. */
    readonly best: Ratio | undefined;
  };
}

/** What became of a form's regions. */
export interface RegionSummary {
  readonly regions: number;
  /** Nodes in them. */
  readonly nodes: number;
  readonly steps: number;
  /** Growth of the file. */
  readonly addedBytes: number;
  readonly arenaBytes: number;
  readonly weightsBytes: number;
  /** Of planning, tuning and emission. */
  readonly seconds: number;
  readonly tried: number;
  readonly failed: number;
  /** Why nodes are in no region, with their number. */
  readonly refusals: Readonly<Record<string, number>>;
}

/** Everything found about one network. */
export interface ModelResult {
  readonly model: string;
  readonly family: Family;
  /** Why forms did not run. */
  readonly failures: Readonly<Record<string, string>>;
  /** The forms a compile writes, at INT8 and in float32; the peer's own where nothing of ours is faster. */
  readonly emitted: { readonly int8: string; readonly float: string };
  readonly threads: readonly ThreadResult[];
  readonly regions: { readonly int8: RegionSummary; readonly float: RegionSummary };
  /** Regions against the QDQ model, the same file without the library, float regions against the original. */
  readonly outputs: {
    readonly int8?: OutputDifference;
    readonly portable?: OutputDifference;
    readonly float?: OutputDifference;
  };
  readonly profile?: { readonly int8: readonly StepProfile[] };
}

/** A network that could not be measured. */
export interface ModelFailure {
  readonly model: string;
  readonly error: string;
}
