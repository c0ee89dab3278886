import type { CompileOptions } from "../../config/index.ts";
import type { ChoiceRecord, DeviceFingerprint, ProofRecord, ScheduleCache } from "../../schedule/index.ts";
import { hashJson, newestFirst } from "../../schedule/index.ts";
import { version } from "../../version.ts";
import { runtimeText } from "../environment.ts";
import type { Choice } from "./choose.ts";
import type { Evidence } from "./decision.ts";
import type { Form } from "../form.ts";
import type { Input } from "../load-input.ts";
import type { Run } from "../run.ts";
import { measuredHash } from "../config-hash.ts";

/** A proof with the choice that was made by it. */
export interface KnownProof {
  readonly proof: ProofRecord;
  readonly choice: ChoiceRecord;
}

/**
 * What a proof is filed under: the very forms, the options they were measured under and the tool. The device stands in the
 * record itself. What only the choice follows from is no part: it is made anew from the record.
 */
export function proofKey(forms: readonly Form[], run: Run): string {
  return hashJson({
    forms: forms.map(({ name, hash }) => [name, hash]),
    config: measuredHash(run.options),
    target: run.environment.target.id,
    tool: version,
  });
}

/**
 * The newest proof under the key that holds here: made on these samples (`data`; undefined where accuracy plays no part)
 * and on this device with this runtime or, in a reproducible run, on the device of the records.
 */
export function findProof(
  cache: ScheduleCache,
  key: string,
  data: string | undefined,
  forms: readonly Form[],
  run: Run,
): KnownProof | undefined {
  const { options, environment } = run;
  if (options.reprove) return undefined;
  const { device } = environment;
  const holds = (proof: ProofRecord): boolean =>
    (data === undefined || proof.data === data) &&
    (options.reproducible ||
      (device !== undefined &&
        hashJson({ ...proof.device }) === hashJson({ ...device.fingerprint }) &&
        proof.runtime === runtimeText(device.toolchain)));
  return cache
    .proofs(key)
    .find(({ proof, choice }) => holds(proof) && forms.some(({ name }) => name === choice.chosen));
}

/** The device that a reproducible run emits for: that of the newest proof of this model with these options. */
export function deviceOfRecords(
  cache: ScheduleCache,
  input: Input,
  options: CompileOptions,
): DeviceFingerprint | undefined {
  const config = measuredHash(options);
  const [newest] = cache.records
    .filter(
      (record): record is ProofRecord =>
        record.kind === "proof" && record.model === input.form.hash && record.config === config,
    )
    .sort(newestFirst);
  return newest?.device;
}

/** Adds the proof and the choice to the records, and tells the time they stand under; undefined without a device. */
export function recordProof(
  cache: ScheduleCache,
  key: string,
  found: {
    readonly evidence: Evidence;
    readonly threads: readonly number[];
    readonly batch: number;
    readonly data: string | undefined;
    readonly choice: Pick<Choice, "name" | "reason">;
  },
  input: Input,
  run: Run,
): string | undefined {
  const { device } = run.environment;
  if (device === undefined) return undefined;
  const { evidence, data, threads, batch, choice } = found;
  const { proofs, failures, resources, noise, machine, accuracy } = evidence;
  const stamp = { v: 1, at: new Date().toISOString(), tool: version, key, model: input.form.hash } as const;
  cache.append([
    {
      ...stamp,
      kind: "proof",
      config: measuredHash(run.options),
      device: device.fingerprint,
      ...(data === undefined ? {} : { data }),
      runtime: runtimeText(device.toolchain),
      ...{ threads, batch, forms: proofs },
      failures: [...failures].map(([form, reason]) => ({ form, reason })),
      ...{ resources, noise },
      ...(machine === undefined ? {} : { machine }),
      accuracy: [...accuracy].flatMap(([form, entries]) => entries.map((entry) => ({ form, ...entry }))),
      emitted: choice.name,
    },
    { ...stamp, kind: "choice", scope: "model", chosen: choice.name, reason: choice.reason },
  ]);
  return stamp.at;
}
