import { fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";

const latin1 = new TextDecoder("latin1");

/** First bytes (as Latin-1 text at an offset) of formats that people take for ONNX. */
const formats: readonly (readonly [offset: number, signature: string, format: string])[] = [
  [0, "PK\x03\x04", "a zip archive (PyTorch checkpoints and Keras files are such)"],
  [0, "\x1f\x8b", "a gzip archive"],
  [0, "BZh", "a bzip2 archive"],
  [0, "\xfd7zXZ\0", "an xz archive"],
  [0, "\x89HDF", "an HDF5 file (Keras)"],
  [4, "TFL3", "a TensorFlow Lite model"],
  [4, "ORTM", "an ORT-format model"],
  [0, "\x80\x02", "a Python pickle"],
  [0, "\x80\x04", "a Python pickle"],
  [0, "\x93NUMPY", "a NumPy array"],
  [0, "<!DOCTYPE", "a web page"],
  [0, "<!doctype", "a web page"],
  [0, "<html", "a web page"],
  [0, "<?xml", "an XML file (OpenVINO?)"],
  [0, "{", "JSON text"],
];

/** Throws InferOptError when the first bytes of a file show that it is empty, a Git LFS pointer, or of another format. */
export function refuseOtherFormats(head: Uint8Array, path: string): void {
  if (head.length === 0) fail(onnxDiagnostics.emptyFile({ path }, { file: path }));
  const text = latin1.decode(head.subarray(0, 1024));
  if (text.startsWith("version https://git-lfs"))
    fail(onnxDiagnostics.lfsPointer({ path, size: /^size (\d+)$/m.exec(text)?.[1] }, { file: path, offset: 0 }));
  for (const [offset, signature, format] of formats)
    if (text.startsWith(signature, offset))
      fail(onnxDiagnostics.otherFormat({ path, format }, { file: path, offset: 0 }));
}
