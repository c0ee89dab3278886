import type { Reporter, RunControl } from "../events.ts";
import { noControl } from "../events.ts";
import type { Diagnostic } from "../diagnostics/index.ts";
import { InferOptError } from "../diagnostics/index.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import type { RuntimeValue } from "../ir/index.ts";
import type { MeasurePolicy, RaceResult } from "../measure/index.ts";
import {
  measurePolicies,
  pairedRatios,
  quantile,
  sameSpeed,
  speedRatio,
  summarize,
  underTheClock,
} from "../measure/index.ts";
import type { Worker } from "../runtime/index.ts";
import { toWire } from "../runtime/index.ts";
import type { DeviceFingerprint, ProofForm, ScheduleCache, TrialRecord, TrialTimes } from "../schedule/index.ts";
import { trialKey } from "../schedule/index.ts";
import { version } from "../version.ts";
import type { Form } from "./form.ts";

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
}

/** What was measured of a form at one thread count. */
export interface TimedForm {
  readonly proof: ProofForm;
  readonly pairs: RacePairs;
}

/** Of each round of a race, the time of the first form by that of this one. Pairs of one race can be set against each other. */
export interface RacePairs {
  readonly race: object;
  readonly ratios: readonly number[];
}

/** Timings of all forms: a failed one has none, and its reason. */
export interface ProveResult {
  readonly forms: readonly TimedForm[];
  readonly failures: ReadonlyMap<string, string>;
  readonly noise: number;
}

/** Rounds of a race that are a proof even where it is to end early. */
const leastProof = measurePolicies.quick.rounds;

/** Times the forms against each other at each thread count, interleaved, in the worker's process; every finished race is recorded at once. */
export async function prove(forms: readonly Form[], setup: ProveSetup): Promise<ProveResult> {
  const proofs: TimedForm[] = [];
  const failures = new Map<string, string>();
  const { control = noControl } = setup;
  let noise = 0;
  for (const threads of setup.threads) {
    const open = await openForms(forms, threads, failures, setup);
    if (open.length === 0) continue;
    const feeds = toWire(setup.feeds);
    const names = open.map(({ form }) => form.name);
    const what = `timing at ${threads} thread${threads === 1 ? "" : "s"}`;
    const racing = { op: "race", policy: setup.policy, seed: setup.seed } as const;
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
      ...proofOf(name, index, (open[index] as { form: Form }).form.hash, threads, result),
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
    for (const { proof, pairs } of timed) {
      proofs.push({ proof, pairs });
      const latency = {
        minNs: proof.ns.min,
        medianNs: proof.ns.median,
        p90Ns: proof.ns.p90,
        samples: proof.ns.n,
      };
      setup.reporter.handle({
        type: "measured",
        form: `${proof.form} at ${threads} thread${threads === 1 ? "" : "s"}`,
        latency,
        ...proof.speed,
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

function proofOf(form: string, index: number, code: string, threads: number, result: RaceResult): TimedForm {
  const mine = result.rounds.map((round) => round[index] as readonly number[]);
  const original = result.rounds.map((round) => round[0] as readonly number[]);
  const all = mine.flat();
  const { minNs, medianNs } = summarize(all);
  const ns: TrialTimes = { min: minNs, median: medianNs, p90: quantile(all, 0.9), n: all.length, mode: "interleaved" };
  return {
    proof: { form, code, threads, ns, speed: index === 0 ? sameSpeed : speedRatio(original, mine) },
    pairs: { race: result, ratios: pairedRatios(original, mine) },
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
