import { open } from "node:fs/promises";
import { InferOptError, fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";
import { refuseOtherFormats } from "./sniff.ts";

/** The greatest protobuf message, in bytes. */
export const protobufLimit = 0x7fff_ffff;

const blockBytes = 1 << 28;

/** Reads a whole file into one array; what cannot be an ONNX file is refused by its first bytes. */
export async function readFileWhole(path: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, "r");
    try {
      const facts = await handle.stat();
      if (!facts.isFile()) fail(onnxDiagnostics.unreadable({ path, detail: "not a plain file" }, { file: path }));
      const head = new Uint8Array(Math.min(1024, facts.size));
      await handle.read(head, 0, head.length, 0);
      refuseOtherFormats(head, path);
      if (facts.size > protobufLimit) fail(onnxDiagnostics.tooLarge({ path, bytes: facts.size }, { file: path }));
      const bytes = new Uint8Array(facts.size);
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await handle.read(bytes, done, Math.min(blockBytes, bytes.length - done), done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof InferOptError || !(error instanceof Error) || !("code" in error)) throw error;
    const detail = error.code === "ENOENT" ? "no such file" : error.message;
    return fail(onnxDiagnostics.unreadable({ path, detail }, { file: path }), error);
  }
}
