import type { Register } from "../../../../../src/codegen/x86/index.ts";
import { mem, resize } from "../../../../../src/codegen/x86/index.ts";
import { vectorBytes } from "../../float/vectors.ts";
import type { Emission } from "./frame.ts";
import { registers } from "./frame.ts";

/** A register tile of a product: rows of numbers at `left` times vectors at `right`, both advanced. */
export interface Product {
  readonly rows: number;
  readonly vectors: number;
  readonly steps: number;
  /** Bytes between rows at `left`, and between steps at `right`. */
  readonly leftRow: number;
  readonly rightStep: number;
}

/** Steps unrolled. */
const unroll = 8;

/** The accumulator of a row and a vector of a tile. */
export function accumulator({ plan }: Emission, { vectors }: Product, row: number, vector: number): Register {
  return plan.simd.vector(row * vectors + vector);
}

/** Sums up a tile in registers 0 … rows · vectors - 1; the next vectors + 1 registers are overwritten. */
export function emitProduct(emission: Emission, product: Product): void {
  const { a } = emission;
  const { rows, vectors, steps, rightStep } = product;
  const { left, right, inner } = registers;
  for (let row = 0; row < rows; row++)
    for (let vector = 0; vector < vectors; vector++) {
      const sum = accumulator(emission, product, row, vector);
      a.emit("vxorps", sum, sum, sum);
    }
  const whole = Math.floor(steps / unroll);
  if (whole > 0) {
    const top = a.freshLabel("steps");
    a.emit("mov", resize(inner, 32), whole);
    a.bind(top);
    for (let step = 0; step < unroll; step++) emitStep(emission, product, step);
    a.emit("add", left, 4 * unroll);
    a.emit("add", right, unroll * rightStep);
    a.emit("sub", inner, 1);
    a.emit("jnz", top);
  }
  for (let step = 0; step < steps % unroll; step++) emitStep(emission, product, step);
}

function emitStep(emission: Emission, product: Product, step: number): void {
  const { a, plan } = emission;
  const { rows, vectors, leftRow, rightStep } = product;
  const { simd } = plan;
  const operand = (index: number): Register => simd.vector(rows * vectors + index);
  const number = operand(vectors);
  for (let vector = 0; vector < vectors; vector++)
    a.emit("vmovups", operand(vector), mem(registers.right, { disp: step * rightStep + vector * vectorBytes(simd) }));
  for (let row = 0; row < rows; row++) {
    a.emit("vbroadcastss", number, mem(registers.left, { disp: row * leftRow + 4 * step }));
    for (let vector = 0; vector < vectors; vector++)
      a.emit("vfmadd231ps", accumulator(emission, product, row, vector), number, operand(vector));
  }
}
