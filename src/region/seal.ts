import { createHash } from "node:crypto";
import { programLayout } from "./program-layout.ts";

function digestWithHole(bytes: Uint8Array, at: number): Uint8Array {
  return createHash("sha256")
    .update(bytes.subarray(0, at))
    .update(new Uint8Array(programLayout.digestBytes))
    .update(bytes.subarray(at + programLayout.digestBytes))
    .digest();
}

/** Writes the sha256 of `bytes`, with the digest itself as zeros, at `at`; returns `bytes`. */
export function seal(bytes: Uint8Array, at: number): Uint8Array {
  bytes.set(digestWithHole(bytes, at), at);
  return bytes;
}

/** Whether {@link seal} was the last that changed `bytes`. */
export function isSealed(bytes: Uint8Array, at: number): boolean {
  const digest = bytes.subarray(at, at + programLayout.digestBytes);
  return digestWithHole(bytes, at).every((byte, i) => byte === digest[i]);
}
