import { flags, kinds, vectorIndexKind } from "./operand-kind.ts";
import type { Register } from "./register.ts";

/** Bytes at `base + index * scale + disp`. */
export interface Memory {
  readonly kind: "memory";
  readonly base: Register;
  readonly index: Register | undefined;
  readonly scale: 1 | 2 | 4 | 8;
  readonly disp: number;
  /** Width of the access in bits; needed only where the other operands do not tell it. */
  readonly bits: number | undefined;
  readonly accepts: number;
}

/** One element in memory, repeated over all lanes. */
export interface Broadcast {
  readonly kind: "broadcast";
  readonly memory: Memory;
  /** Number of lanes; needed only where the other operands do not tell it. */
  readonly lanes: number | undefined;
  readonly accepts: number;
}

/** A destination written under an opmask: lanes whose bit is 0 keep their value, or become zero. */
export interface Masked {
  readonly kind: "masked";
  readonly operand: Register | Memory;
  readonly mask: Register;
  readonly zeroing: boolean;
  readonly accepts: number;
}

/** A place in the code, by name. */
export interface Label {
  readonly kind: "label";
  readonly name: string;
  readonly accepts: number;
}

/** Static rounding of one instruction: nearest even, down, up, to zero; or only without exceptions (`sae`). */
export type RoundingMode = "rn-sae" | "rd-sae" | "ru-sae" | "rz-sae" | "sae";

/** Last operand of 512-bit and scalar float instructions that fixes their rounding. */
export interface Rounding {
  readonly kind: "rounding";
  readonly mode: RoundingMode;
  readonly accepts: number;
}

/** What an instruction may be given; numbers are immediates. */
export type Operand = Register | Memory | Broadcast | Masked | Label | Rounding | number | bigint;

/** Optional parts of a memory operand; `disp` in bytes, `bits` is the width of the access. */
export interface MemoryOptions {
  readonly index?: Register | undefined;
  readonly scale?: 1 | 2 | 4 | 8;
  readonly disp?: number;
  readonly bits?: 8 | 16 | 32 | 64 | 128 | 256 | 512;
}

/** Memory operand. The base is a 64-bit general register; the index one too (not rsp), or a vector for gathers. */
export function mem(base: Register, options: MemoryOptions = {}): Memory {
  const { index, scale = 1, disp = 0, bits } = options;
  if (base.class !== "r64") throw new Error(`${base.name} cannot be the base of an address.`);
  if (disp !== (disp | 0)) throw new Error(`Displacement ${disp} does not fit in 32 bits.`);
  let accepts: number = kinds.memory;
  if (index !== undefined) {
    if (index.class.endsWith("mm")) accepts = vectorIndexKind(index.class, index.index);
    else if (index.class !== "r64" || index.index === 4) throw new Error(`${index.name} cannot be an index.`);
  }
  return { kind: "memory", base, index, scale, disp, bits, accepts };
}

/** `{1toN}`: the element at `memory`, repeated; its width follows from the instruction. */
export function broadcast(memory: Memory, lanes?: number): Broadcast {
  if (memory.accepts !== kinds.memory) throw new Error("A gathered address cannot be broadcast.");
  return { kind: "broadcast", memory, lanes, accepts: kinds.broadcast };
}

/** A destination under opmask k1 to k7, merging by default. */
export function masked(operand: Register | Memory, mask: Register, mode: "merge" | "zero" = "merge"): Masked {
  if (mask.class !== "k" || mask.index === 0) throw new Error(`${mask.name} cannot be a write mask.`);
  const zeroing = mode === "zero";
  const accepts = operand.accepts | flags.masked | (zeroing ? flags.zeroing : 0);
  return { kind: "masked", operand, mask, zeroing, accepts };
}

/** Reference to a label. Names are letters, digits, `_` and `.`, so that listings can print them. */
export function label(name: string): Label {
  if (!/^[\w.]+$/.test(name)) throw new Error(`"${name}" cannot be the name of a label.`);
  return { kind: "label", name, accepts: kinds.label };
}

/** Static rounding mode of one instruction. */
export function rounding(mode: RoundingMode): Rounding {
  return { kind: "rounding", mode, accepts: mode === "sae" ? kinds.suppress : kinds.rounding };
}
