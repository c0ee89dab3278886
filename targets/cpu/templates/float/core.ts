import type { DeviceFingerprint } from "../../../../src/schedule/record.ts";
import type { MachineFigures } from "../../../../src/schedule/template.ts";
import { coreFigures } from "../core-figures.ts";

/** Figures of a core that cost models use; per cycle where not said otherwise. */
export interface Core {
  /** Multiply-adds of full vectors. */
  readonly fmas: number;
  /** Cycles from one multiply-add into an accumulator to the next. */
  readonly latency: number;
  readonly loads: number;
  /** Bytes from the second and third cache and from memory. */
  readonly l2: number;
  readonly l3: number;
  readonly memory: number;
  readonly gigahertz: number;
}

/** Zen 4 executes 512-bit multiply-adds in two halves; Zen 5 and Intel's server cores have two whole units. */
export function coreOf({ vendor, family, isa }: DeviceFingerprint, figures?: MachineFigures): Core {
  const fitted = { fmas: 2, latency: 4, loads: 2, l2: 24, l3: 12, memory: 5, gigahertz: 3.5 };
  const measured = coreFigures(figures);
  if (measured !== undefined) {
    const { fmas, latency, loads, l2, l3 } = measured;
    return {
      ...{ fmas: fitted.fmas * fmas, latency: fitted.latency / latency, loads: fitted.loads * loads },
      ...{ l2: fitted.l2 * l2, l3: fitted.l3 * l3, memory: fitted.memory * l3, gigahertz: fitted.gigahertz },
    };
  }
  const halves = vendor === "AuthenticAMD" && family <= 25 && isa.includes("avx512f");
  return halves ? { ...fitted, fmas: 1 } : fitted;
}

/** Bytes a cycle at which data of a size comes from the cache it fits in. */
export function bandwidth(core: Core, device: DeviceFingerprint, bytes: number): number {
  if (bytes <= device.l2KiB * 1024 * 0.75) return core.l2;
  return bytes <= device.l3KiB * 1024 * 0.75 ? core.l3 : core.memory;
}

/** Nanoseconds an element of a kernel that only moves or combines them, with data in the second cache. */
export const elementNanoseconds = 0.04;
