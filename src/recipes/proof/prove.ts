import type { Reporter, RunControl } from "../../events.ts";
import { noControl } from "../../events.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { InferOptError } from "../../diagnostics/index.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import type { RuntimeValue } from "../../ir/index.ts";
import type { MeasurePolicy, RaceResult } from "../../measure/index.ts";
import {
  measurePolicies,
  pairedRatios,
  quantile,
  sameSpeed,
  speedRatio,
  summarize,
  underTheClock,
} from "../../measure/index.ts";
import type { Worker } from "../../runtime/index.ts";
import { toWire } from "../../runtime/index.ts";
import type { DeviceFingerprint, ProofForm, ScheduleCache, TrialRecord, TrialTimes } from "../../schedule/index.ts";
import { trialKey } from "../../schedule/index.ts";
import { version } from "../../version.ts";
import { latencyOf } from "./form-candidates.ts";
import type { Form } from "../form.ts";

/** What the forms are timed with. */
export interface ProveSetup {
  readonly worker: Worker;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly control?: RunControl;
  readonly policy: MeasurePolicy;
  readonly threads: readonly number[];
  /** Sessions go through the host library. */
  readonly native: boolean;
  readonly seed: number;
  readonly feeds: ReadonlyMap<string, RuntimeValue>;
  readonly device: DeviceFingerprint;
  readonly toolchain: Readonly<Record<string, string>>;
  readonly cache: ScheduleCache;
  /** Structural hash of the original: what the trials are filed under. */
  readonly modelHash: string;
  /** Tells the races of one proof apart; 0 by default. */
  readonly race?: number;
}

/** Timings of all forms: a failed one has none, and its reason. */
export interface ProveResult {
  readonly forms: readonly ProofForm[];
  readonly failures: ReadonlyMap<string, string>;
  readonly noise: number;
}

/** Rounds of a race that are a proof even where it is to end early. */
const leastProof = measurePolicies.quick.rounds;

/** Times the forms against each other at each thread count, interleaved, in the worker's process; every finished race is recorded at once. */
export async function prove(forms: readonly Form[], setup: ProveSetup): Promise<ProveResult> {
  const proofs: ProofForm[] = [];
  const failures = new Map<string, string>();
  const { control = noControl } = setup;
  let noise = 0;
  for (const threads of setup.threads) {
    const open = await openForms(forms, threads, failures, setup);
    if (open.length === 0) continue;
    const feeds = toWire(setup.feeds);
    const names = open.map(({ form }) => form.name);
    const what = `timing at ${threads} thread${threads === 1 ? "" : "s"}`;
    const racing = { op: "race", policy: setup.policy, seed: setup.seed, energy: setup.device.kind } as const;
    const entrants = open.map(({ form, session }) => ({ name: form.name, session, feeds }));
    const result = await underTheClock(setup.reporter, (betweenRounds) =>
      setup.worker.request({ ...racing, forms: entrants }, (round, rounds) =>
        betweenRounds(async () => {
          setup.reporter.handle({ type: "progress", phase: what, done: round, total: rounds });
          await control.whilePaused();
          return !control.isStopping || round < leastProof;
        }),
      ),
    );
    setup.reporter.handle({ type: "noise", share: result.noise });
    for (const { session } of open) await setup.worker.request({ op: "close", session });
    noise = Math.max(noise, result.noise);
    const timed = names.map((name, index) => ({
      form: (open[index] as { form: Form }).form,
      proof: proofOf(name, index, (open[index] as { form: Form }).form.hash, threads, setup.race ?? 0, result),
    }));
    setup.cache.append(
      timed.map(({ form, proof }) =>
        trialRecord(form, threads, setup, {
          status: "ok",
          ns: proof.ns,
          reference: { ns: Math.min(...result.referenceNs) },
        }),
      ),
    );
    for (const { proof } of timed) {
      proofs.push(proof);
      const { paired: ratio, pairedLow: low = ratio, pairedHigh: high = ratio } = proof.speed;
      setup.reporter.handle({
        type: "measured",
        form: `${proof.form} at ${threads} thread${threads === 1 ? "" : "s"}`,
        latency: latencyOf(proof.ns),
        ...{ ratio, low, high },
      });
    }
  }
  return { forms: proofs, failures, noise };
}

interface OpenForm {
  readonly form: Form;
  readonly session: number;
}

/** Sessions of the forms that run; the reasons of the others are added to `failures`. A form that takes the process down takes the sessions of the others along: they are opened again. */
async function openForms(
  forms: readonly Form[],
  threads: number,
  failures: Map<string, string>,
  setup: ProveSetup,
): Promise<readonly OpenForm[]> {
  const open: OpenForm[] = [];
  for (const form of forms) {
    if (failures.has(form.name)) continue;
    setup.signal.throwIfAborted();
    const session = await tryOpen(form, threads, setup);
    if (typeof session === "number") {
      open.push({ form, session });
      continue;
    }
    const { code, message } = session.failure;
    const status = code === runtimeDiagnostics.workerTimeout.entry.code ? "timeout" : "run";
    failures.set(form.name, message);
    setup.cache.append([trialRecord(form, threads, setup, { status, detail: message })]);
    if (isProcessLost(session.failure)) return openForms(forms, threads, failures, setup);
  }
  return open;
}

/** True when the measuring process ended, with every session it held. */
function isProcessLost({ code }: Diagnostic): boolean {
  return [runtimeDiagnostics.workerCrashed, runtimeDiagnostics.workerTimeout].some(({ entry }) => entry.code === code);
}

async function tryOpen(
  form: Form,
  threads: number,
  setup: ProveSetup,
): Promise<number | { readonly failure: Diagnostic }> {
  const model = await form.file();
  let opened: number | undefined;
  try {
    const { session } = await setup.worker.request({
      op: "open",
      model,
      settings: { optimization: "all", threads, native: setup.native },
    });
    opened = session;
    await setup.worker.request({ op: "run", session, feeds: toWire(setup.feeds), wanted: undefined });
    return session;
  } catch (error) {
    if (opened !== undefined) await setup.worker.request({ op: "close", session: opened });
    if (error instanceof InferOptError) return { failure: error.diagnostic };
    throw error;
  }
}

function proofOf(
  form: string,
  index: number,
  code: string,
  threads: number,
  race: number,
  result: RaceResult,
): ProofForm {
  const mine = result.rounds.map((round) => round[index] as readonly number[]);
  const original = result.rounds.map((round) => round[0] as readonly number[]);
  const all = mine.flat();
  const { minNs, medianNs, p90Ns, p95Ns, p99Ns } = summarize(all);
  const ns: TrialTimes = {
    ...{ min: minNs, median: medianNs, p90: p90Ns, n: all.length, mode: "interleaved" },
    ...{ p95: p95Ns, p99: p99Ns },
  };
  // Rounded as they are recorded: a choice made once more from the record is the same.
  const pairs = { race, ratios: pairedRatios(original, mine).map((ratio) => Number(ratio.toPrecision(6))) };
  const energy = result.energyUj?.map((round) => round[index] as number);
  return {
    ...{ form, code, threads, ns, speed: index === 0 ? sameSpeed : speedRatio(original, mine), pairs },
    ...(energy === undefined ? {} : { energyUj: quantile(energy, 0.5) }),
  };
}

function trialRecord(
  form: Form,
  threads: number,
  setup: ProveSetup,
  outcome: Pick<TrialRecord, "status" | "ns" | "reference" | "detail">,
): TrialRecord {
  const workload = {
    op: "model",
    model: setup.modelHash,
    threads,
    inputs: [...setup.feeds].map(([name, value]) => `${name}:${"shape" in value ? value.shape.join("x") : "?"}`).sort(),
  };
  const template = "onnxruntime-form@1";
  const { device, toolchain } = setup;
  return {
    v: 1,
    kind: "trial",
    key: trialKey({ workload, template, device, toolchain }),
    workload,
    template,
    device,
    toolchain,
    point: { lossy: Number(form.lossy), original: Number(form.name === "original") },
    code: form.hash,
    ...outcome,
    at: new Date().toISOString(),
    tool: version,
  };
}
