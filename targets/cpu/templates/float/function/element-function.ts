import type { KernelArgument, KernelParameters } from "../../../../../src/codegen/index.ts";
import type { Assembler, Memory, Register } from "../../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../../src/codegen/x86/index.ts";
import type { FloatActivation } from "../../../float-workload.ts";
import { numberOf } from "../../../reference/parameters.ts";
import type { Simd } from "../../bytes/simd.ts";
import type { FunctionBody } from "./function-body.ts";
import { activationBodies } from "./activations.ts";

/** Bytes of a constant of a function: one number repeated over the widest vector, so that it can be an operand. */
const rowBytes = 64;

/** Where a function finds what it needs. */
export interface FunctionRegisters {
  /** At least as many as the function asks for. */
  readonly temporaries: readonly Register[];
  /** The argument `params`. */
  readonly params: Register;
  /** Constants that stand in registers, by name: see {@link ElementFunction.settle}. */
  readonly homes?: ReadonlyMap<string, Register>;
}

/** An activation and a clamp, ready to be emitted over registers. */
export interface ElementFunction {
  /** Vector registers that are overwritten besides the value's. */
  readonly temporaries: number;
  /** The argument `params`; undefined where no constant is needed. */
  readonly params: KernelArgument | undefined;
  /** Loads as many constants as there are spare registers: where several values follow, each is loaded once only. */
  settle(a: Assembler, registers: FunctionRegisters, spare: readonly Register[]): FunctionRegisters;
  /** Replaces a value by its activation. */
  activate(a: Assembler, simd: Simd, value: Register, registers: FunctionRegisters): void;
  /** Bounds a value where the function is clamped. */
  bound(a: Assembler, value: Register, registers: FunctionRegisters): void;
}

/** The function of an activation, bounded by numbers `lo` and `hi` with `clamp`. */
export function elementFunction(activation: FloatActivation, clamp: boolean): ElementFunction {
  const body: FunctionBody = activationBodies[activation];
  const names = [...Object.keys(body.constants), ...(clamp ? ["lo", "hi"] : [])];
  const stored = (params: Register, name: string): Memory => mem(params, { disp: rowBytes * names.indexOf(name) });
  const constantIn =
    ({ params, homes }: FunctionRegisters) =>
    (name: string): Memory | Register =>
      homes?.get(name) ?? stored(params, name);
  return {
    temporaries: body.temporaries,
    params: names.length === 0 ? undefined : paramsArgument(body, names),
    settle: (a, registers, spare) => {
      const homes = new Map(
        names.slice(0, spare.length).map((name, index) => [name, spare[index] as Register] as const),
      );
      for (const [name, register] of homes) a.emit("vmovups", register, stored(registers.params, name));
      return { ...registers, homes };
    },
    activate: (a, simd, value, registers) => {
      body.emit({ a, simd, value, temporaries: registers.temporaries, constant: constantIn(registers) });
    },
    bound: (a, value, registers) => {
      if (!clamp) return;
      a.emit("vmaxps", value, value, constantIn(registers)("lo"));
      a.emit("vminps", value, value, constantIn(registers)("hi"));
    },
  };
}

function paramsArgument({ constants }: FunctionBody, names: readonly string[]): KernelArgument {
  const value = (name: string, parameters: KernelParameters): number => {
    const known = constants[name];
    return typeof known === "number" ? known : numberOf(parameters, known?.parameter ?? name);
  };
  return {
    name: "params",
    bytes: rowBytes * names.length,
    access: "read",
    alignment: 64,
    packs: (parameters) => {
      const floats = names.flatMap((name) => Array<number>(rowBytes / 4).fill(value(name, parameters)));
      return [{ kind: "literal", targetOffset: 0, bytes: new Uint8Array(Float32Array.from(floats).buffer) }];
    },
  };
}
