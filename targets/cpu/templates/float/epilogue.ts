import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import type { FloatEpilogue } from "../../float-workload.ts";
import type { Simd } from "../bytes/simd.ts";
import type { ElementFunction, FunctionRegisters } from "./function/element-function.ts";
import { elementFunction } from "./function/element-function.ts";
import { emitAddMemory, emitLoadBf16, emitStore, emitStoreBf16 } from "./vectors.ts";

/** A vector of sums on its way to y. */
export interface Sum {
  readonly value: Register;
  readonly y: Memory;
  /** The vector to add; undefined where the epilogue has no residual. */
  readonly residual: Memory | undefined;
  /** Lanes that exist; all of them when undefined. */
  readonly mask: Register | undefined;
}

/** Emits what follows a sum. */
export interface FloatEpilogueEmitter {
  readonly function: ElementFunction;
  /** Vector registers that are overwritten besides the sums; constants stay in those that are given beyond them. */
  readonly temporaries: number;
  finish(a: Assembler, sums: readonly Sum[], registers: FunctionRegisters): void;
}

/** The emitter of an epilogue: residual, activation, clamp, store. */
export function floatEpilogueEmitter(
  simd: Simd,
  { activation, clamp, residual, out }: FloatEpilogue,
): FloatEpilogueEmitter {
  const applied = elementFunction(activation, clamp);
  const isLoaded = residual !== undefined && (simd.name === "avx2" || residual.from === "bf16");
  const temporaries = Math.max(applied.temporaries, isLoaded ? 1 : 0);
  return {
    function: applied,
    temporaries,
    finish: (a, sums, given) => {
      const registers = applied.settle(a, given, given.temporaries.slice(temporaries));
      for (const sum of sums) {
        const { value, y, mask } = sum;
        const add = (): void => {
          if (sum.residual === undefined) return;
          const temporary = registers.temporaries[0];
          if (residual?.from === "bf16") {
            if (temporary === undefined) throw new Error("a residual of bfloat16 needs a register");
            emitLoadBf16(a, temporary, sum.residual, mask);
            a.emit("vaddps", value, value, temporary);
          } else emitAddMemory(a, simd, value, sum.residual, mask, temporary);
        };
        if (residual?.after !== true) add();
        applied.activate(a, simd, value, registers);
        if (residual?.after === true) add();
        applied.bound(a, value, registers);
        if (out === "bf16") emitStoreBf16(a, y, value, mask);
        else emitStore(a, simd, y, value, mask);
      }
    },
  };
}
