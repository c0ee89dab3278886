import type { Register } from "../../../../../src/codegen/x86/index.ts";
import { k, masked, mem } from "../../../../../src/codegen/x86/index.ts";
import { emitAdvance, emitCounted } from "../../float/vectors.ts";
import type { Emission, ConstantName } from "./frame.ts";
import { registers, scratch } from "./frame.ts";

/** Packs b into scratch: pairs of terms down, columns across, each a dword of two int16 less the zero point. */
export function emitPackedRight(emission: Emission): void {
  if (emission.plan.workload.b.column === 1) emitRows(emission);
  else emitGathered(emission);
}

/** Columns stand side by side: two rows of b are interleaved. The last stands in for one that does not exist. */
function emitRows({ a, plan, constant }: Emission): void {
  const { workload, isa, pairRow, vector, columnVectors } = plan;
  const { left, right, inner, column, spare } = registers;
  const [zero, first, second] = [0, 1, 2].map((index) => isa.vector(index)) as [Register, Register, Register];
  const { channel } = workload.b;
  a.emit("vmovups", zero, constant("bZero"));
  a.emit("mov", left, registers.b);
  a.emit("mov", right, registers.scratch);
  const pair = (distance: number): void => {
    a.emit("mov", column, left);
    a.emit("mov", spare, right);
    emitCounted(a, inner, columnVectors, () => {
      a.emit("vpmovzxbd", first, mem(column));
      a.emit("vpmovzxbd", second, mem(column, { disp: distance }));
      a.emit("vpslld", second, second, 16);
      a.emit("vorps", first, first, second);
      a.emit("vpsubw", first, first, zero);
      a.emit("vmovups", mem(spare), first);
      a.emit("add", column, isa.lanes);
      a.emit("add", spare, vector);
    });
  };
  emitCounted(a, registers.blocks, Math.floor(workload.channels / 2), () => {
    pair(channel);
    emitAdvance(a, left, 2 * channel);
    emitAdvance(a, right, pairRow);
  });
  if (workload.channels % 2 > 0) pair(0);
}

/** Terms stand side by side: four of each column are gathered. */
function emitGathered(emission: Emission): void {
  const { a, plan, constant } = emission;
  const { workload, isa, vector } = plan;
  const { left, right, inner, column } = registers;
  const names = ["bZero", "first", "second"] as const;
  for (const [index, name] of names.entries()) a.emit("vmovups", isa.vector(index), constant(name));
  const group = (indices: ConstantName): void => {
    a.emit("vmovups", isa.vector(3), constant(indices));
    a.emit("mov", column, left);
    a.emit("mov", registers.spare, right);
    emitCounted(a, inner, plan.packedPairs / 2, () => emitQuad(emission));
  };
  a.emit("mov", left, registers.b);
  a.emit("mov", right, registers.scratch);
  emitCounted(a, registers.blocks, Math.floor(workload.columns / isa.lanes), () => {
    group("columns");
    emitAdvance(a, left, isa.lanes * workload.b.column);
    emitAdvance(a, right, vector);
  });
  if (workload.columns % isa.lanes > 0) group("lastColumns");
}

function emitQuad({ a, plan }: Emission): void {
  const { isa, pairRow } = plan;
  const { column, spare } = registers;
  const [zero, first, second, indices, bytes, terms] = [0, 1, 2, 3, 4, 5].map((index) => isa.vector(index)) as [
    ...[Register, Register, Register, Register, Register, Register],
  ];
  const from = mem(column, { index: indices });
  if (isa.lanes === 16) {
    a.emit("kxnorw", k(2), k(2), k(2));
    a.emit("vpgatherdd", masked(bytes, k(2)), from);
  } else {
    a.emit("vpcmpeqd", terms, terms, terms);
    a.emit("vpgatherdd", bytes, from, terms);
  }
  for (const [index, shuffle] of [first, second].entries()) {
    a.emit("vpshufb", terms, bytes, shuffle);
    a.emit("vpsubw", terms, terms, zero);
    a.emit("vmovups", mem(spare, { disp: index * pairRow }), terms);
  }
  a.emit("add", column, 4);
  a.emit("add", spare, 2 * pairRow);
}

/** Widens `rows` rows of a into scratch as int16 less the zero point, zeros behind the terms. */
export function emitWidenedLeft({ a, plan, constant }: Emission, rows: number): void {
  const { workload, isa, vector, wideRow, wide } = plan;
  const { left, right, inner } = registers;
  const [zero, value] = [isa.vector(0), isa.vector(1)];
  const terms = 2 * isa.lanes;
  const whole = Math.floor(workload.channels / terms);
  a.emit("vmovups", zero, constant("aZero"));
  for (let row = 0; row < rows; row++) {
    a.emit("lea", left, mem(registers.row, { disp: row * workload.a.row }));
    a.emit("lea", right, scratch(wide + row * wideRow));
    emitCounted(a, inner, whole, () => {
      a.emit("vpmovzxbw", value, mem(left));
      a.emit("vpsubw", value, value, zero);
      a.emit("vmovups", mem(right), value);
      a.emit("add", left, terms);
      a.emit("add", right, vector);
    });
    if (workload.channels % terms === 0) continue;
    a.emit("vpmovzxbw", value, mem(left));
    a.emit("vpsubw", value, value, zero);
    a.emit("vandps", value, value, constant("terms"));
    a.emit("vmovups", mem(right), value);
  }
}
