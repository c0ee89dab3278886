import type { PlacedBuffer } from "../../src/region/index.ts";
import type { DeviceFingerprint, Point, Workload } from "../../src/schedule/index.ts";
import { canonicalJson, templateId } from "../../src/schedule/index.ts";
import type { Selection } from "./select.ts";
import { toolchain } from "./toolchain.ts";

/** What of a device decides which points are legal and which instructions are emitted. */
export type EmissionDevice = Pick<DeviceFingerprint, "isa" | "l1dKiB" | "l2KiB" | "l3KiB">;

/** What a program was made from: enough to emit every kernel again and to draw its memory. */
export interface ProgramOrigin {
  readonly emitter: string;
  readonly device: EmissionDevice;
  /** In the order of the program's kernels. */
  readonly kernels: readonly { readonly template: string; readonly point: Point; readonly workload: Workload }[];
  readonly buffers: readonly PlacedBuffer[];
}

/** The text that a program carries; equal programs carry equal text. */
export function originText(
  { isa, l1dKiB, l2KiB, l3KiB }: DeviceFingerprint,
  kernels: readonly { readonly selection: Selection; readonly workload: Workload }[],
  buffers: readonly PlacedBuffer[],
): string {
  return canonicalJson({
    emitter: toolchain.emitter,
    device: { isa, l1dKiB, l2KiB, l3KiB },
    kernels: kernels.map(({ selection: { template, point }, workload }) => ({
      ...{ template: templateId(template), point, workload },
    })),
    buffers: buffers.map((buffer) => ({ ...buffer })),
  });
}

/**
 * Reads the text of a program. It comes with a file and may say anything, so only what has the right form counts:
 * undefined otherwise.
 */
export function readOrigin(text: string | undefined): ProgramOrigin | undefined {
  try {
    const origin: unknown = JSON.parse(text ?? "");
    return isOrigin(origin) ? origin : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

type Unknown = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasNumbers(value: unknown, names: readonly string[]): value is Unknown {
  return isRecord(value) && names.every((name) => Number.isSafeInteger(value[name]));
}

function isOrigin(value: unknown): value is ProgramOrigin {
  if (!isRecord(value) || typeof value["emitter"] !== "string") return false;
  const { device, kernels, buffers } = value;
  if (!hasNumbers(device, ["l1dKiB", "l2KiB", "l3KiB"]) || !isListOf(device["isa"], isText)) return false;
  return (
    isListOf(kernels, isKernel) && isListOf(buffers, (item) => hasNumbers(item, ["offset", "bytes", "first", "last"]))
  );
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isKernel(value: unknown): boolean {
  if (!isRecord(value) || !isText(value["template"])) return false;
  const { point, workload } = value;
  return hasNumbers(point, Object.keys(point ?? {})) && isRecord(workload) && isText(workload["op"]);
}
