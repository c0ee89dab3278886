import type { ChoiceRecord, DeviceFingerprint, ProofRecord, TrialRecord } from "../../src/schedule/index.ts";

/** A device of a test. */
export const device: DeviceFingerprint = {
  kind: "cpu",
  vendor: "GenuineIntel",
  name: "Test CPU",
  family: 6,
  model: 143,
  isa: ["avx2", "avx512vnni", "fma"],
  l1dKiB: 48,
  l2KiB: 2048,
  l3KiB: 107_520,
  cores: 8,
  threads: 16,
};

/** A trial of a test. */
export function trial(rest: Partial<TrialRecord> = {}): TrialRecord {
  return {
    v: 1,
    kind: "trial",
    key: "k",
    workload: { op: "model", threads: 1 },
    template: "onnxruntime-form@1",
    device,
    toolchain: { onnxruntime: "1.30.0" },
    point: { lossy: 0 },
    code: "c",
    status: "ok",
    ns: { min: 100, median: 110, p90: 120, n: 50, mode: "interleaved" },
    reference: { ns: 1000 },
    at: "2026-01-01T00:00:00.000Z",
    tool: "0.1.0",
    ...rest,
  };
}

/** A proof of a test with its choice. */
export function proofWithChoice(rest: Partial<ProofRecord> = {}): readonly [ProofRecord, ChoiceRecord] {
  const proof: ProofRecord = {
    v: 1,
    kind: "proof",
    key: "k",
    model: "m",
    config: "o",
    device,
    runtime: "onnxruntime 1.30.0",
    threads: [1],
    batch: 1,
    forms: [],
    noise: 0.01,
    accuracy: [],
    emitted: "float",
    at: "2026-01-01T00:00:00.000Z",
    tool: "0.1.0",
    ...rest,
  };
  const { v, key, model, at, tool, emitted } = proof;
  return [proof, { v, kind: "choice", key, model, scope: "model", chosen: emitted, reason: "faster", at, tool }];
}
