import type { Assembler, Memory, Register } from "../../../../../src/codegen/x86/index.ts";
import {
  createAssembler,
  mem,
  r12,
  r13,
  r14,
  r15,
  rax,
  rbp,
  rbx,
  rdx,
  rsi,
  rsp,
} from "../../../../../src/codegen/x86/index.ts";
import { argumentPointer, emitFrame } from "../../kernel-frame.ts";
import type { VectorConstants } from "../vector-constants.ts";
import type { ConstantName, Emission } from "./frame.ts";
import { registers, residentOf } from "./frame.ts";
import { emitMix } from "./mix.ts";
import { emitPackedValues, emitTransposedKeys } from "./pack.ts";
import type { AttentionPlan } from "./plan.ts";
import { emitScores } from "./scores.ts";

const savedRegisters = [rbx, rbp, r12, r13, r14, r15];

/** Emits the whole kernel, head by head; `roles` are the names of its arguments in their order. */
export function emitAttention(
  plan: AttentionPlan,
  constants: VectorConstants<ConstantName>,
  roles: readonly string[],
): Assembler {
  const a = createAssembler();
  const stored = (name: ConstantName): Memory => constants.at(registers.params, name);
  const emission: Emission = { a, plan, stored, constant: (name) => residentOf(plan, name) ?? stored(name) };
  emitFrame(a, { saved: savedRegisters }, () => emitHeads(emission, roles));
  return a;
}

/** The heads of the range; how many are left is on the stack. */
function emitHeads(emission: Emission, roles: readonly string[]): void {
  const { a, plan } = emission;
  const { workload, width } = plan;
  const element = workload.out === "u8" ? 1 : 4;
  a.emit("sub", rdx, rsi);
  a.emit("push", rdx);
  const pointers: readonly (readonly [Register, string, number])[] = [
    [registers.q, "q", 4 * width],
    [registers.k, "k", 4 * width],
    [registers.v, "v", 4 * width],
    [registers.y, "y", element * width],
  ];
  for (const [register, role, bytes] of pointers) {
    a.emit("imul", register, rsi, bytes);
    a.emit("add", register, argumentPointer(roles, role));
  }
  if (workload.mask !== undefined) {
    a.emit("imul", registers.mask, rsi, 4 * workload.mask.head);
    a.emit("add", registers.mask, argumentPointer(roles, "mask"));
  }
  a.emit("mov", rax, argumentPointer(roles, "params"));
  a.emit("mov", registers.params, rax);
  a.bind("head");
  emitTransposedKeys(emission);
  emitPackedValues(emission);
  emitQueries(emission, element);
  for (const [register, , bytes] of pointers) a.emit("add", register, bytes);
  a.emit("sub", mem(rsp, { bits: 64 }), 1);
  a.emit("jnz", a.label("head"));
  a.emit("pop", rdx);
}

/** All queries of a head, a block at a time. */
function emitQueries(emission: Emission, element: 1 | 4): void {
  const { a, plan } = emission;
  const { workload, queryBlock } = plan;
  const { query, result, blocks } = registers;
  a.emit("mov", query, registers.q);
  a.emit("mov", result, registers.y);
  const whole = Math.floor(workload.columns / queryBlock);
  a.emit("mov", blocks, whole);
  a.bind("block");
  emitBlock(emission, queryBlock);
  a.emit("add", query, 4 * queryBlock * workload.q.pixel);
  a.emit("add", result, element * queryBlock * workload.y.pixel);
  if (workload.mask !== undefined) advance(a, registers.mask, 4 * queryBlock * workload.mask.row);
  a.emit("sub", blocks, 1);
  a.emit("jnz", a.label("block"));
  const rest = workload.columns % queryBlock;
  if (rest > 0) emitBlock(emission, rest);
  if (workload.mask !== undefined)
    advance(a, registers.mask, 4 * (workload.mask.head - whole * queryBlock * workload.mask.row));
}

function advance(a: Assembler, pointer: Register, bytes: number): void {
  if (bytes !== 0) a.emit("add", pointer, bytes);
}

function emitBlock(emission: Emission, rows: number): void {
  const { tileRows } = emission.plan;
  for (let first = 0; first < rows; first += tileRows) emitScores(emission, first, Math.min(tileRows, rows - first));
  emitMix(emission, rows);
}
