import type { Assembler } from "../../../../../src/codegen/x86/index.ts";
import {
  createAssembler,
  k,
  r12,
  r13,
  r14,
  r15,
  rax,
  rbp,
  rbx,
  rdx,
  resize,
  rsi,
} from "../../../../../src/codegen/x86/index.ts";
import { emitAdvance, emitCounted } from "../../float/vectors.ts";
import { argumentPointer, emitFrame } from "../../kernel-frame.ts";
import type { VectorConstants } from "../vector-constants.ts";
import type { ConstantName, Emission } from "./frame.ts";
import { registers } from "./frame.ts";
import { emitPackedRight, emitWidenedLeft } from "./pack.ts";
import type { ProductPlan } from "./plan.ts";
import { emitTile } from "./tile.ts";

/** Emits the whole kernel, pair of matrices by pair; `roles` are the names of its arguments in their order. */
export function emitProduct(
  plan: ProductPlan,
  constants: VectorConstants<ConstantName>,
  roles: readonly string[],
): Assembler {
  const a = createAssembler();
  const emission: Emission = { a, plan, constant: (name) => constants.at(registers.params, name) };
  emitFrame(a, { saved: [rbx, rbp, r12, r13, r14, r15] }, () => emitMatrices(emission, roles));
  return a;
}

function emitMatrices(emission: Emission, roles: readonly string[]): void {
  const { a, plan } = emission;
  const { workload, isa } = plan;
  const element = workload.out === "u8" ? 1 : 4;
  const pointers = [
    { register: registers.a, role: "a", bytes: workload.a.matrix },
    { register: registers.b, role: "b", bytes: workload.b.matrix },
    { register: registers.y, role: "y", bytes: element * workload.y.matrix },
  ];
  for (const { register, role, bytes } of pointers) {
    a.emit("imul", register, rsi, bytes);
    a.emit("add", register, argumentPointer(roles, role));
  }
  a.emit("mov", rax, argumentPointer(roles, "params"));
  a.emit("mov", registers.params, rax);
  a.emit("sub", rdx, rsi);
  const rest = workload.columns % isa.lanes;
  if (rest > 0 && isa.lanes === 16) {
    a.emit("mov", resize(rax, 32), 2 ** rest - 1);
    a.emit("kmovw", k(1), resize(rax, 32));
  }
  a.bind("matrix");
  emitPackedRight(emission);
  a.emit("mov", registers.row, registers.a);
  a.emit("mov", registers.result, registers.y);
  const { rows } = workload;
  emitCounted(a, registers.blocks, Math.floor(rows / plan.tileRows), () => {
    emitBlock(emission, plan.tileRows);
    emitAdvance(a, registers.row, plan.tileRows * workload.a.row);
    emitAdvance(a, registers.result, element * plan.tileRows * workload.y.row);
  });
  if (rows % plan.tileRows > 0) emitBlock(emission, rows % plan.tileRows);
  for (const { register, bytes } of pointers) emitAdvance(a, register, bytes);
  a.emit("sub", registers.matrices, 1);
  a.emit("jnz", a.label("matrix"));
}

/** All columns of some rows: whole tiles in a loop, then what is left. */
function emitBlock(emission: Emission, rows: number): void {
  const { a, plan } = emission;
  const { workload, isa, columnVectors, tileVectors, vector } = plan;
  const { column, target } = registers;
  const element = workload.out === "u8" ? 1 : 4;
  const partial = workload.columns % isa.lanes;
  const alike = Math.floor((partial > 0 ? columnVectors - 1 : columnVectors) / tileVectors);
  emitWidenedLeft(emission, rows);
  a.emit("mov", target, registers.result);
  a.emit("xor", resize(column, 32), resize(column, 32));
  if (alike > 0) {
    const top = a.freshLabel("columns");
    a.bind(top);
    emitTile(emission, { rows, vectors: tileVectors, rest: isa.lanes });
    a.emit("add", target, element * tileVectors * isa.lanes);
    a.emit("add", column, tileVectors * vector);
    if (alike > 1) {
      a.emit("cmp", column, alike * tileVectors * vector);
      a.emit("jb", top);
    }
  }
  const left = columnVectors - alike * tileVectors;
  if (left > 0) emitTile(emission, { rows, vectors: left, rest: partial > 0 ? partial : isa.lanes });
}
