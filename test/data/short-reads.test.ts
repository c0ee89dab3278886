import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type * as FilePromises from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { openDataset, parsePreprocess } from "../../src/data/index.ts";
import { numbersOf, parseModel, tensorType } from "../../src/ir/index.ts";
import { encodeModel, loadModel } from "../../src/onnx/index.ts";
import { npy, zip } from "./numpy-files.ts";

/** Every read yields at most seven bytes, as a network file system may. */
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof FilePromises>();
  const open = async (...given: Parameters<typeof real.open>): Promise<FileHandle> => {
    const handle = await real.open(...given);
    const read = handle.read.bind(handle) as (...args: unknown[]) => Promise<{ bytesRead: number }>;
    const short = (buffer: Uint8Array, offset: number, length: number, position: number): unknown =>
      read(buffer, offset, Math.min(7, length), position);
    return Object.assign(handle, { read: short }) as FileHandle;
  };
  return { ...real, open };
});

const folder = mkdtempSync(join(tmpdir(), "infer-opt-short-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([true, false])("arrays are read whole though reads are short (deflated: %s)", async (deflated) => {
  const file = join(folder, `arrays-${deflated}.npz`);
  const data = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer);
  writeFileSync(file, zip({ "x.npy": npy("<f4", [2, 4], data) }, deflated));
  const input = { name: "x", type: tensorType("float32", [1, 4]) };
  const dataset = await openDataset(file, [input], { preprocess: parsePreprocess("none") });
  const rows: number[][] = [];
  for await (const { feeds } of dataset.samples())
    for (const tensor of feeds.values()) rows.push(Array.from(numbersOf(tensor)));
  expect(rows).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
});

test("a model is read whole though reads are short", async () => {
  const file = join(folder, "model.onnx");
  writeFileSync(file, encodeModel(parseModel("opset 17 graph g { in %x: float32[2] %y = Relu(%x) out %y }")));
  const { model } = await loadModel(file);
  expect(model.graph.name).toBe("g");
});
