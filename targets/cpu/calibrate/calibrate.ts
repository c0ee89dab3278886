import { createHash } from "node:crypto";
import type {
  KernelCase,
  MachineFigures,
  Measurer,
  TrialIdentity,
  TrialRecord,
  TuningRecords,
} from "../../../src/schedule/index.ts";
import { trialKey, trialScore } from "../../../src/schedule/index.ts";
import type { CoreFigureName } from "../templates/core-figures.ts";
import { coreFigureNames } from "../templates/core-figures.ts";
import { vectorIsaOf } from "../templates/epilogue/vector-isa.ts";
import { fittedOn } from "./fitted-on.ts";
import type { MicroKernel } from "./micro-kernels.ts";
import { microKernel } from "./micro-kernels.ts";

/** Raised when what is measured changes in meaning: records of other versions are not read. */
const version = 1;

/** Rounds of which the least time counts; with {@link coreFigureNames} some 15 ms. */
const rounds = 8;

/** Steps of an octave that ratios are rounded to, so that measuring again changes no ranking; and most octaves. */
const steps = 4;
const mostOctaves = 3;

/** Who measures, for records. */
export interface CalibrationStamp {
  readonly tool: string;
  readonly now: () => string;
}

/**
 * What the records know of a device's speed, relative to the machine that the cost models were fitted on; undefined where
 * they do not know all of it. The same records give the same figures.
 */
export function recordedFigures(records: TuningRecords): MachineFigures | undefined {
  const isa = vectorIsaOf(records.device);
  if (isa === undefined) return undefined;
  const fitted = fittedOn[isa.name];
  const figures: Record<string, number> = {};
  for (const name of coreFigureNames) {
    const [best] = records.cache.trials(trialKey(identityOf(name, records)));
    const score = best === undefined ? Infinity : trialScore(best);
    if (!Number.isFinite(score)) return undefined;
    const ratio = (fitted[name] * microKernel(name, records.device).work) / score;
    const octaves = Math.round(Math.log2(ratio) * steps) / steps;
    figures[name] = 2 ** Math.min(mostOctaves, Math.max(-mostOctaves, octaves));
  }
  return figures;
}

/** {@link recordedFigures}, measured and recorded first where they are not known. */
export async function measureFigures(
  measurer: Measurer,
  records: TuningRecords,
  stamp: CalibrationStamp,
  signal: AbortSignal,
): Promise<MachineFigures | undefined> {
  const known = recordedFigures(records);
  if (known !== undefined || vectorIsaOf(records.device) === undefined) return known;
  const kernels = coreFigureNames.map((name) => caseOf(microKernel(name, records.device)));
  const batch = await measurer.time(kernels, { rounds, threads: 1, mode: "hot" }, signal);
  if (batch.rounds.length === 0) return undefined;
  records.cache.append(
    coreFigureNames.map((name, i): TrialRecord => {
      const sorted = (of: (round: (typeof batch.rounds)[number]) => number): number[] =>
        batch.rounds.map(of).sort((a, b) => a - b);
      const ns = sorted((round) => round.ns[i] ?? Number.NaN);
      const [least = Number.NaN] = ns;
      const status = Number.isFinite(least) ? "ok" : "run";
      const at = (share: number): number => ns[Math.min(ns.length - 1, Math.floor(ns.length * share))] ?? least;
      return {
        ...{ v: 1, kind: "trial", at: stamp.now(), tool: stamp.tool },
        ...identityOf(name, records),
        key: trialKey(identityOf(name, records)),
        point: {},
        code: createHash("sha256")
          .update(kernels[i]?.kernel.code ?? "")
          .digest("hex"),
        status,
        ...(status === "ok"
          ? {
              ns: { min: least, median: at(0.5), p90: at(0.9), n: ns.length, mode: "hot" as const },
              reference: { ns: sorted(({ referenceNs }) => referenceNs)[0] ?? Number.NaN },
            }
          : {}),
      };
    }),
  );
  return recordedFigures(records);
}

function identityOf(
  name: CoreFigureName,
  { device, toolchain }: TuningRecords,
): TrialIdentity & { readonly threads: number } {
  return {
    workload: { op: "calibrate", figure: name },
    template: `calibrate@${version}`,
    device,
    toolchain,
    threads: 1,
  };
}

/** Data for a micro-kernel: zeros, which it reads and gives back. */
function caseOf({ kernel }: MicroKernel): KernelCase {
  return {
    kernel,
    correctness: "exact",
    buffers: Object.fromEntries(kernel.arguments.map(({ name, bytes }) => [name, new Uint8Array(bytes)])),
    parameters: { numbers: {}, tables: {} },
    constants: {},
    expected: ({ y }) => (y?.every((byte) => byte === 0) === true ? undefined : "not zero"),
  };
}
