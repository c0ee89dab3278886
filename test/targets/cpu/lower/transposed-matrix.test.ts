import { expect, test } from "vitest";
import type { Model } from "../../../../src/ir/index.ts";
import { cloneModel, elementsOf, isTensor, parseModel, randomTensor } from "../../../../src/ir/index.ts";
import { encodeModel } from "../../../../src/onnx/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import { openSession } from "../../../../src/runtime/index.ts";
import { compileHere, missing } from "../../../recipes/compiled-sample.ts";

/** Pictures become rows of tokens as in vision transformers, and go out the other way round. */
const text = `opset 17 graph g {
  in %x: float32[1,16,6,6]
  const %a: int8[32,16,3,3] = random(1)
  const %as: float32[] = 0.01
  const %b: int8[32,24] = random(2)
  const %zero: int8[] = 0
  const %s: float32[] = 0.1
  const %t: float32[] = 0.2
  const %z: uint8[] = 128
  const %tokens: int64[3] = [0, 32, -1]
  %q = QuantizeLinear(%x, %s, %z)
  %d = DequantizeLinear(%q, %s, %z)
  %w = DequantizeLinear(%a, %as, %zero)
  %p = Conv(%d, %w) {pads=[1, 1, 1, 1]}
  %pq = QuantizeLinear(%p, %t, %z)
  %pd = DequantizeLinear(%pq, %t, %z)
  %r = Reshape(%pd, %tokens)
  %rq = QuantizeLinear(%r, %t, %z)
  %rd = DequantizeLinear(%rq, %t, %z)
  %h = Transpose(%rd) {perm=[0, 2, 1]}
  %hq = QuantizeLinear(%h, %t, %z)
  %hd = DequantizeLinear(%hq, %t, %z)
  %v = DequantizeLinear(%b, %as, %zero)
  %m = MatMul(%hd, %v)
  %mq = QuantizeLinear(%m, %t, %z)
  %md = DequantizeLinear(%mq, %t, %z)
  %y = Transpose(%md) {perm=[0, 2, 1]}
  %yq = QuantizeLinear(%y, %t, %z)
  %yd = DequantizeLinear(%yq, %t, %z)
  out %yd
}`;

async function run(model: Model, native: boolean): Promise<readonly number[]> {
  const bytes = encodeModel(model, { valueInfo: "all" });
  const session = await openSession(bytes, { optimization: "all", threads: 1, native });
  try {
    const y = (await session.run(new Map([["x", randomTensor("float32", [1, 16, 6, 6], 5)]]))).get("yd");
    if (y === undefined || !isTensor(y)) throw new Error("no output");
    return Array.from(elementsOf(y) as Float32Array);
  } finally {
    await session.close();
  }
}

test.skipIf(missing !== undefined)(
  "a matrix that is transposed inside and at the border stays in one region",
  async () => {
    const model = parseModel(text);
    inferTypes(model);
    const plain = cloneModel(model);
    expect((await compileHere(model)).regions).toHaveLength(1);
    expect(model.graph.nodeCount).toBe(1);
    expect(await run(model, true)).toEqual(await run(plain, false));
  },
);
