import { createHash } from "node:crypto";
import type { Kernel } from "../codegen/index.ts";
import { pointText } from "./key.ts";
import type { DeviceFingerprint, Point, Workload } from "./record.ts";
import type { Template } from "./template.ts";

/** What searches know of a template: its name and version. Templates of kernels are families, and so are those of forms. */
export interface Family {
  readonly name: string;
  readonly version: number;
}

/** A point in the space of a family. */
export interface CandidateOf<F extends Family> {
  readonly template: F;
  readonly point: Point;
}

/** One way to compute a workload by a kernel. */
export type Candidate = CandidateOf<Template>;

/** A candidate's kernel, or why it has none: a template that cannot emit a point is a failure of the point. */
export type Emission =
  | { readonly kind: "emitted"; readonly candidate: Candidate; readonly kernel: Kernel; readonly code: string }
  | { readonly kind: "failed"; readonly candidate: Candidate; readonly detail: string };

/** `name@version`, as records name a template. */
export function templateId({ name, version }: Family): string {
  return `${name}@${version}`;
}

/** Canonical text of a candidate: what choices name and ties are broken by. */
export function candidateText({ template, point }: CandidateOf<Family>): string {
  return `${templateId(template)} ${pointText(point)}`;
}

/** The sha256 in hex of a kernel's machine code and of how threads divide it: equal kernels run alike. */
function hashKernel({ code, extent, grain }: Kernel): string {
  return createHash("sha256").update(code).update(`${extent} ${grain}`).digest("hex");
}

/** Emits a candidate's kernel for a workload, with the hash that records know it by. */
export function emitCandidate(
  candidate: Candidate,
  { workload }: { readonly workload: Workload },
  device: DeviceFingerprint,
): Emission {
  try {
    const kernel = candidate.template.emit(workload, candidate.point, device);
    return { kind: "emitted", candidate, kernel, code: hashKernel(kernel) };
  } catch (error) {
    return { kind: "failed", candidate, detail: error instanceof Error ? error.message : String(error) };
  }
}
