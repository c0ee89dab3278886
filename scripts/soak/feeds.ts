import type { SessionTensor } from "../../src/session.ts";

/** Inputs that are told apart. */
export const inputCount = 6;

/** What a run gives. */
export type Outputs = Readonly<Record<string, SessionTensor>>;

/** Input number `index` of the embedded CNNs: one to three samples. */
export function feedsOf(index: number): Record<string, SessionTensor> {
  const dims = [1 + (index % 3), 3, 32, 32];
  const count = dims.reduce((product, dim) => product * dim, 1);
  const data = Float32Array.from({ length: count }, (_, i) => Math.sin(i * (index + 1)));
  return { input: { type: "float32", dims, data } };
}

/** Whether two runs gave the same bits. */
export function sameOutputs(a: Outputs, b: Outputs | undefined): boolean {
  if (b === undefined) return false;
  return Object.entries(a).every(([name, { data }]) => {
    const other = b[name]?.data;
    return other !== undefined && Buffer.compare(bytesOf(data), bytesOf(other)) === 0;
  });
}

function bytesOf(data: SessionTensor["data"]): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
