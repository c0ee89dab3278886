import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseModel, randomTensor } from "../../../src/ir/index.ts";
import { saveModel } from "../../../src/onnx/index.ts";
import { parseNodeTimes } from "../../../src/runtime/ort/node-times.ts";
import { tagModel } from "../../../src/runtime/ort/tagged-model.ts";
import { originsOf } from "../../../src/runtime/profile-ort.ts";
import { profileOrt, startWorker } from "../../../src/runtime/index.ts";
import { compiledSample, missing } from "../../recipes/compiled-sample.ts";

const folder = mkdtempSync(join(tmpdir(), "infer-opt-profile-"));
const worker = startWorker();
afterAll(() => {
  worker.stop();
  rmSync(folder, { recursive: true, force: true });
});

const network = parseModel(`opset 17 graph g {
  in %x: float32[1,16,16,16]
  const %w: float32[16,16,3,3] = random(1)
  const %v: float32[16,16,1,1] = random(2)
  %a = Conv(%x, %w) {pads=[1, 1, 1, 1]} @first
  %r = Relu(%a) @act
  %b = Conv(%r, %v) @second
  %s = Add(%b, %r)
  %y = Sin(%s)
  out %y }`);

test("the least time of each node is taken; sessions and fences are no nodes", () => {
  const event = (name: string, dur: unknown, cat = "Node") => ({ cat, name, dur, args: { op_name: "Conv" } });
  const events = [
    event("model_run", 90, "Session"),
    event("c_kernel_time", 7),
    event("c_kernel_time", 5),
    event("c_fence_before", 1),
    event("d_kernel_time", "x"),
    {},
  ];
  expect(parseNodeTimes(JSON.stringify(events))).toEqual([{ name: "c", op: "Conv", ns: 5000 }]);
  expect(parseNodeTimes("{}")).toEqual([]);
  expect(() => parseNodeTimes("[{")).toThrow(SyntaxError);
});

test("names tell nodes whatever is put around them; those of the interface are kept", () => {
  const { model, nodesOf } = tagModel(network);
  expect(nodesOf("fused @0@")).toEqual([0]);
  expect(nodesOf("@2@_nchwc/@3@_x")).toEqual([2, 3]);
  expect(nodesOf("Reshape_17")).toEqual([]);
  expect(nodesOf("y")).toEqual([4]);
  expect(model.graph.outputs.map(({ name }) => name)).toEqual(["y"]);
  expect([...network.graph.nodes()][0]?.name).toBe("first");
});

test("a node that says nothing of itself goes with what reads it", () => {
  const optimized = parseModel(`opset 17 graph g {
    in %x: float32[1]
    %t = Identity(%x) @Transpose
    %u = Identity(%t) @fused-7
    %v = Identity(%u) @tail
    out %v }`);
  const tags = new Map([["fused-7", [7]]]);
  const origins = originsOf([...optimized.graph.nodes()], (text) => tags.get(text) ?? []);
  expect([...origins]).toEqual([
    ["tail", []],
    ["fused-7", [7]],
    ["Transpose", [7]],
  ]);
});

test("every node of a network is found in ONNX Runtime's profile of it, whatever was fused; no file is left", async () => {
  const feeds = new Map([["x", randomTensor("float32", [1, 16, 16, 16], 1)]]);
  const peers = await profileOrt(network, feeds, { runs: 5, budgetNs: 1e8 }, { worker, folder });
  expect(peers.length).toBeGreaterThan(1);
  expect(peers.every(({ ns, nodes }) => ns >= 0 && nodes.length > 0)).toBe(true);
  const found = new Set(peers.flatMap(({ nodes }) => nodes));
  expect(found.has(4)).toBe(true);
  expect(found.has(0) || found.has(1)).toBe(true);
  expect(found.has(2) || found.has(3)).toBe(true);
  expect(readdirSync(folder)).toEqual([]);
});

test.skipIf(missing !== undefined)("the steps of a compiled region are timed in its program", async () => {
  const { path } = await saveModel(await compiledSample(), join(folder, "sample.onnx"));
  const { regions } = await worker.request({ op: "profile", model: path, limits: { runs: 10, budgetNs: 1e8 } });
  expect(regions).toHaveLength(1);
  expect(regions[0]?.name).toMatch(/^Region_/);
  expect(regions[0]?.stepNs.length).toBeGreaterThan(0);
  expect(regions[0]?.stepNs.every((ns) => ns > 0)).toBe(true);
  rmSync(path);
});
