import type { Form, FormOperand, ImmediateKind } from "../../../src/codegen/x86/form.ts";
import {
  broadcast,
  k,
  label,
  masked,
  mem,
  type Memory,
  type MemoryOptions,
  type Mnemonic,
  type Operand,
  r64,
  type Register,
  type RegisterBits,
  resize,
  rounding,
  xmm,
  ymm,
  zmm,
} from "../../../src/codegen/x86/index.ts";
import { flags, kinds } from "../../../src/codegen/x86/operand-kind.ts";

/** One instruction to encode. */
export interface Instance {
  readonly mnemonic: Mnemonic;
  readonly operands: readonly Operand[];
}

type Bits = NonNullable<MemoryOptions["bits"]>;

const general = (bits: RegisterBits): Register[] =>
  [1, 0, 2, 3, 5, 6, 7, 8, 12, 13, 15].map((at) => resize(r64(at), bits));
const lowVectors = [1, 0, 7, 8, 15];
const highVectors = [16, 23, 24, 31];

const registersOf: readonly (readonly [kind: number, registers: readonly Register[]])[] = [
  [kinds.r8, [...general(8), resize(r64(4), 8)]],
  [kinds.r16, general(16)],
  [kinds.r32, general(32)],
  [kinds.r64, general(64)],
  [kinds.k, [1, 0, 2, 7].map(k)],
  [kinds.xmm, lowVectors.map(xmm)],
  [kinds.xmmHigh, highVectors.map(xmm)],
  [kinds.ymm, lowVectors.map(ymm)],
  [kinds.ymmHigh, highVectors.map(ymm)],
  [kinds.zmm, lowVectors.map(zmm)],
  [kinds.zmmHigh, highVectors.map(zmm)],
];

/** Addresses: every kind of base, index and scale, and displacements around the borders of one byte times `unit`. */
function addresses(unit: number, bits: Bits | undefined, indices: readonly Register[]): Memory[] {
  const at = (base: number, options: MemoryOptions = {}): Memory =>
    mem(r64(base), bits === undefined ? options : { ...options, bits });
  const displacements = [1, -1, 127, 128, -128, -129, 2 ** 31 - 1, -(2 ** 31)].concat(
    [1, -1, 127, 128, -128, -129].map((steps) => steps * unit),
    [unit / 2, 127 * unit + 1],
  );
  const list: Memory[] = indices.length > 0 ? [] : [at(0), ...[3, 4, 5, 8, 12, 13, 15].map((base) => at(base))];
  const used = indices.length > 0 ? indices : [1, 5, 8, 12, 13, 15].map(r64);
  for (const disp of displacements.filter(Number.isInteger)) {
    if (indices.length === 0) list.push(at(2, { disp }), at(12, { disp }));
    list.push(at(5, { disp, index: used[0], scale: 4 }));
  }
  for (const index of used) for (const base of [0, 4, 5, 13]) list.push(at(base, { index, scale: 2 }));
  for (const scale of [1, 2, 4, 8] as const) list.push(at(9, { index: used.at(-1), scale, disp: unit }));
  return list;
}

/** Immediates around the borders of their kind, signed and unsigned spellings. */
function immediatesOf(kind: ImmediateKind, width: number): readonly (number | bigint)[] {
  const signed = [5, 0, 1, -1, 127, 128, -128, -129, 32767, -32768, 2 ** 31 - 1, -(2 ** 31)];
  const unsigned = width === 16 || width === 32 ? [1, 128, 129].map((down) => 2 ** width - down) : [];
  const within = (low: number, high: number): number[] =>
    [...signed, ...unsigned].filter((value) => value >= low && value <= high);
  switch (kind) {
    case "one":
      return [1];
    case "ib":
      return [...within(-128, 128), 255];
    case "is":
      return within(-128, 127).concat(unsigned.slice(0, 2));
    case "iz":
      return width === 16 ? within(-32768, 65535) : within(-(2 ** 31), width === 32 ? 2 ** 32 - 1 : 2 ** 31 - 1);
    case "iq":
      return [...signed, 2 ** 31, 2 ** 32, 0x123456789abcdefn, 0xffffffffffffffffn, -(2n ** 63n)];
  }
}

const vectorIndices = [
  [kinds.vectorIndexX, lowVectors.map(xmm)],
  [kinds.vectorIndexXHigh, highVectors.map(xmm)],
  [kinds.vectorIndexY, lowVectors.map(ymm)],
  [kinds.vectorIndexYHigh, highVectors.map(ymm)],
  [kinds.vectorIndexZ, lowVectors.map(zmm)],
  [kinds.vectorIndexZHigh, highVectors.map(zmm)],
] as const;

/** Samples of everything an operand of a form accepts but masks; the first is a plain one. */
function samples(operand: FormOperand, form: Form): Operand[] {
  const list: Operand[] = [];
  const { accepts, fixedIndex, memoryBits, broadcastBits } = operand;
  for (const [kind, registers] of registersOf) {
    if ((accepts & kind) !== 0) {
      list.push(...registers.filter(({ index }) => fixedIndex === undefined || index === fixedIndex));
    }
  }
  const bits = form.ambiguousMemory && memoryBits > 0 ? (memoryBits as Bits) : undefined;
  if ((accepts & kinds.memory) !== 0) list.push(...addresses(form.displacementUnit, bits, []));
  if ((accepts & kinds.broadcast) !== 0) {
    const lanes = form.ambiguousMemory ? memoryBits / broadcastBits : undefined;
    list.push(...addresses(broadcastBits / 8, undefined, []).map((memory) => broadcast(memory, lanes)));
  }
  const indices = vectorIndices.flatMap(([kind, registers]) => ((accepts & kind) !== 0 ? registers : []));
  if (indices.length > 0) list.push(...addresses(form.displacementUnit, undefined, indices));
  if (operand.immediate !== undefined) list.push(...immediatesOf(operand.immediate, form.width));
  if ((accepts & kinds.rounding) !== 0) {
    list.push(...(["rn-sae", "rd-sae", "ru-sae", "rz-sae"] as const).map((mode) => rounding(mode)));
  }
  if ((accepts & kinds.suppress) !== 0) list.push(rounding("sae"));
  if ((accepts & kinds.label) !== 0) list.push(label("target"));
  return list;
}

function maskings(operand: Operand, expected: FormOperand): Operand[] {
  if (typeof operand !== "object" || (operand.kind !== "register" && operand.kind !== "memory")) return [operand];
  const list: Operand[] = expected.needsMask ? [] : [operand];
  if ((expected.accepts & flags.masked) !== 0) list.push(masked(operand, k(1)), masked(operand, k(7)));
  if ((expected.accepts & flags.zeroing) !== 0) list.push(masked(operand, k(3), "zero"));
  return list;
}

/**
 * Instances of a form: each operand takes each of its samples while the others go round theirs, so that registers, addresses
 * and immediates of all kinds meet; masks go round too.
 */
export function instancesOf(form: Form): Instance[] {
  const { mnemonic } = form;
  const choices = form.operands.map((operand) => samples(operand, form));
  const [expected] = form.operands;
  if (expected === undefined) return [{ mnemonic, operands: [] }];
  const instances: Instance[] = [];
  choices.forEach((list, varied) => {
    for (const sample of list) {
      const round = instances.length;
      const operands = choices.map((others, at) => {
        const operand = at === varied ? sample : others[(round * (2 * at + 3) + at) % others.length]!;
        const masks = at === 0 ? maskings(operand, expected) : [operand];
        return masks[round % masks.length]!;
      });
      instances.push({ mnemonic, operands });
    }
  });
  return instances;
}
