import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { WorkloadCase } from "../../../src/schedule/index.ts";
import { evaluateProduct } from "../reference/transformer/product.ts";
import type { ProductWorkload } from "../transformer-workload.ts";
import { makeOracle } from "./oracle.ts";
import { randomBytes } from "./random-bytes.ts";

/** Multiply-accumulates of the oracle a case may cost: of more matrices only the first and the last are checked. */
const ORACLE_WORK = 4e6;

/** Room behind matrices, as kernels may read over the end. */
const SLACK = 64;

/** Data for products of two uint8 matrices, and the check of what a kernel makes of it. */
export function productCase(workload: ProductWorkload, seed: number): WorkloadCase {
  const { matrices, rows, columns, channels, a, b, y, out } = workload;
  const last = (matrix: number): number => (matrices - 1) * matrix;
  const left = randomBytes(last(a.matrix) + (rows - 1) * a.row + channels + SLACK, seed);
  const right = randomBytes(
    last(b.matrix) + (columns - 1) * b.column + (channels - 1) * b.channel + 1 + SLACK,
    seed + 1,
  );
  const parameters: KernelParameters = {
    numbers: {
      ...{ aScale: 0.02, aZero: 117, bScale: 0.03, bZero: 131 },
      // Sums spread like the root of the number of terms: this scale fills the range of a byte and goes over it.
      ...{ yScale: 0.0006 * 40 * Math.sqrt(channels), yZero: 121, lo: 3, hi: 250 },
    },
    tables: {},
  };
  const elementBytes = out === "u8" ? 1 : 4;
  const count = last(y.matrix) + (rows - 1) * y.row + columns;
  const work = rows * columns * channels;
  const checked = matrices * work <= ORACLE_WORK ? [...Array(matrices).keys()] : [0, matrices - 1];
  const oracle = makeOracle(
    () => checked,
    (matrix) => {
      const length = (rows - 1) * y.row + columns;
      const values = out === "u8" ? new Uint8Array(length) : new Float32Array(length);
      const operands = { a: left.subarray(matrix * a.matrix), b: right.subarray(matrix * b.matrix), y: values };
      evaluateProduct({ ...workload, matrices: 1 }, operands, parameters);
      return { matrix, values };
    },
  );
  return {
    prepare: oracle.prepare,
    buffers: { a: left, b: right, y: new Uint8Array(count * elementBytes).fill(0xa5) },
    parameters,
    constants: {},
    expected: ({ y: written }) => {
      if (written === undefined) return "nothing was written";
      const found = written.slice(0, count * elementBytes);
      const actual = out === "u8" ? found : new Float32Array(found.buffer);
      for (const { matrix, values } of oracle.results())
        for (let row = 0; row < rows; row++)
          for (let column = 0; column < columns; column++) {
            const [is, wanted] = [actual[matrix * y.matrix + row * y.row + column], values[row * y.row + column]];
            if (is !== wanted) return `matrix ${matrix}, row ${row}, column ${column}: ${is} instead of ${wanted}`;
          }
      return undefined;
    },
  };
}
