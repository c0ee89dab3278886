// The cost of one small product, by hand and by infer-opt: node examples/cost-by-hand/cost-by-hand.mjs
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspectCost, nonzeroProducts } from "infer-opt";

const file = join(dirname(fileURLToPath(import.meta.url)), "product.onnx");
const { layers, fusion, scenarios } = await inspectCost(file, { whatIf: ["int8", "fused"] });
const [product, sum] = layers;

console.log("C = A (3x3) . B (3x4), then C + d");
console.log(`products: 3 x 4 sums of 3 = ${3 * 4 * 3}; infer-opt counts ${product.macs}`);
console.log(`bytes in float32: 4 x (9 + 12 + 12) = ${4 * (9 + 12 + 12)}; infer-opt counts ${product.bytes}`);
const int8 = product.bytes / 4;
console.log(`bytes in INT8: 9 + 12 + 12 = ${9 + 12 + 12}; a quarter of float32 is ${int8}`);

// Half of both sides is zero: a product counts where neither factor is.
const a = [1, 1, 0, 1, 1, 0, 1, 0, 0];
const b = [1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0];
const left = nonzeroProducts(a, b, { rows: 3, inner: 3, columns: 4 });
console.log(
  `products where half the weights and half the inputs are zero: columns of A hold 3, 2, 0 numbers, rows of B 4, 2, 0: 3 x 4 + 2 x 2 = ${left}`,
);

// An Add that is not fused into the product reads C again and writes it again.
console.log(
  `the Add by itself reads 48 and writes 48 bytes: ${sum.readBytes.float32 + sum.writtenBytes.float32}; fusing (-O2) saves ${fusion.launches} launch and ${fusion.allocations} allocation`,
);
console.log(
  `launches: ${scenarios[0].launches} as it is, ${scenarios.find(({ name }) => name === "fused").launches} fused`,
);

/** Misses of a fully associative cache that drops what was used longest ago (LRU). */
function misses(addresses, { lines, lineBytes }) {
  const held = new Map();
  let count = 0;
  for (const address of addresses) {
    const line = Math.floor(address / lineBytes);
    if (held.has(line)) held.delete(line);
    else {
      count++;
      if (held.size === lines) held.delete(held.keys().next().value);
    }
    held.set(line, true);
  }
  return count;
}

// A row-major 64 x 64 float32 matrix in a cache of 32 lines of 64 bytes.
const cache = { lines: 32, lineBytes: 64 };
const size = 64;
const walk = (byRow) =>
  Array.from({ length: size * size }, (_, i) => {
    const [outer, inner] = [Math.floor(i / size), i % size];
    return 4 * (byRow ? outer * size + inner : inner * size + outer);
  });
console.log(
  `cache misses along the rows: one for each of ${(size * size * 4) / 64} lines = ${misses(walk(true), cache)}`,
);
console.log(
  `cache misses along the columns: ${size} lines a column do not fit in ${cache.lines}, so every access = ${misses(walk(false), cache)}`,
);
