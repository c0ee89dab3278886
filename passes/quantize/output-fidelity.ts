import type { RuntimeValue } from "../../src/ir/index.ts";
import { isFloat, isTensor, numbersOf } from "../../src/ir/index.ts";
import { sqnrDb } from "../../src/quant/index.ts";

/** How near the outputs of a changed model stay to the original's, in decibel. */
export interface OutputFidelity {
  add(reference: ReadonlyMap<string, RuntimeValue>, changed: ReadonlyMap<string, RuntimeValue>): void;
  /** SQNR of each output pooled over all samples, averaged over the outputs; equal outputs count as 120 dB. */
  read(): number;
}

/** Decibels at which rounding in float32 ends; also what equality counts. */
const exact = 120;

/** Accumulates signal and noise by output; for integer outputs the share of elements that differ is the noise. */
export function outputFidelity(): OutputFidelity {
  const powers = new Map<string, { signal: number; noise: number }>();
  return {
    add: (reference, changed) => {
      for (const [name, value] of reference) {
        const other = changed.get(name);
        if (!isTensor(value) || !isTensor(other) || value.dtype === "string") continue;
        const power = powers.get(name) ?? { signal: 0, noise: 0 };
        powers.set(name, power);
        const x = numbersOf(value);
        const y = numbersOf(other);
        // Outputs whose size depends on the data have no elements in common order.
        if (x.length !== y.length) {
          power.noise += x.length;
          power.signal += x.length;
          continue;
        }
        const isExact = !isFloat(value.dtype);
        for (let i = 0; i < x.length; i++) {
          const a = x[i] as number;
          const b = y[i] as number;
          if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
          power.signal += isExact ? 1 : a * a;
          power.noise += isExact ? Number(a !== b) : (a - b) ** 2;
        }
      }
    },
    read: () => {
      const decibels = [...powers.values()].map(({ signal, noise }) => Math.min(exact, sqnrDb(signal, noise)));
      return decibels.length === 0 ? exact : decibels.reduce((a, b) => a + b, 0) / decibels.length;
    },
  };
}
