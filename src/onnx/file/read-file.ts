import { open } from "node:fs/promises";
import { InferOptError, fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";
import { readFully } from "./read-fully.ts";
import { refuseOtherFormats } from "./sniff.ts";

/** The greatest protobuf message, in bytes. */
export const protobufLimit = 0x7fff_ffff;

/** Reads a whole file into one array; what cannot be an ONNX file is refused by its first bytes. */
export async function readFileWhole(path: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, "r");
    try {
      const facts = await handle.stat();
      if (!facts.isFile()) fail(onnxDiagnostics.unreadable({ path, detail: "not a plain file" }, { file: path }));
      refuseOtherFormats(await readFully(handle, new Uint8Array(Math.min(1024, facts.size)), 0), path);
      if (facts.size > protobufLimit) fail(onnxDiagnostics.tooLarge({ path, bytes: facts.size }, { file: path }));
      return await readFully(handle, new Uint8Array(facts.size), 0);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof InferOptError || !(error instanceof Error) || !("code" in error)) throw error;
    const detail = error.code === "ENOENT" ? "no such file" : error.message;
    return fail(onnxDiagnostics.unreadable({ path, detail }, { file: path }), error);
  }
}
