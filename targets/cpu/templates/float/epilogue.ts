import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import type { FloatEpilogue } from "../../float-workload.ts";
import type { Simd } from "../bytes/simd.ts";
import type { ElementFunction, FunctionRegisters } from "./function/element-function.ts";
import { elementFunction } from "./function/element-function.ts";
import { emitAddMemory, emitStore } from "./vectors.ts";

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
export function floatEpilogueEmitter(simd: Simd, { activation, clamp, residual }: FloatEpilogue): FloatEpilogueEmitter {
  const applied = elementFunction(activation, clamp);
  const maskedOperand = simd.name === "avx2" && residual !== undefined ? 1 : 0;
  const temporaries = Math.max(applied.temporaries, maskedOperand);
  return {
    function: applied,
    temporaries,
    finish: (a, sums, given) => {
      const registers = applied.settle(a, given, given.temporaries.slice(temporaries));
      for (const sum of sums) {
        const { value, y, mask } = sum;
        const add = (): void => {
          if (sum.residual === undefined) return;
          emitAddMemory(a, simd, value, sum.residual, mask, registers.temporaries[0]);
        };
        if (residual?.after !== true) add();
        applied.activate(a, simd, value, registers);
        if (residual?.after === true) add();
        applied.bound(a, value, registers);
        emitStore(a, simd, y, value, mask);
      }
    },
  };
}
