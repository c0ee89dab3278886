import { writeFileSync } from "node:fs";

/** Writes a float32 array as .npy, version 1.0 (NEP 1). */
export function writeNumpy(file: string, shape: readonly number[], values: Float32Array): void {
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const header = `${dict}${" ".repeat(63 - ((10 + dict.length) % 64))}\n`;
  const prefix = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  writeFileSync(
    file,
    Buffer.concat([
      prefix,
      Buffer.from(header, "latin1"),
      Buffer.from(values.buffer, values.byteOffset, values.byteLength),
    ]),
  );
}
