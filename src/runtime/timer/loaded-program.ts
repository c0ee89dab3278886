import type { HostLibrary } from "../native.ts";
import type { HostProgram } from "../native-program.ts";
import type { TimedProgram } from "../native-time.ts";

/** What bytes that nobody gave hold, so that a kernel which reads or writes too much shows. */
const poison = 0xa5;

/** Bytes behind every buffer that must keep their poison. */
const margin = 64;

/** Length and first bytes of a buffer. */
export interface BufferContent {
  readonly bytes: number;
  readonly content: Uint8Array;
}

/** A program with buffers of its own. */
export interface LoadedProgram extends TimedProgram {
  /** Runs once from the first contents. `fault` names what was written outside of the outputs. */
  run(threads: number): { readonly outputs: readonly Uint8Array[]; readonly fault: string | undefined };
}

/** Allocates buffers for a program; what is longer than its content is poison. */
export function bindBuffers(
  host: HostLibrary,
  program: HostProgram,
  inputContents: readonly BufferContent[],
  outputContents: readonly BufferContent[],
): LoadedProgram {
  const allocate = ({ bytes }: BufferContent): Uint8Array => host.allocate(bytes + margin);
  const fill = (buffer: Uint8Array, { content }: BufferContent): void => buffer.fill(poison).set(content);
  const inputs = inputContents.map(allocate);
  const outputs = outputContents.map(allocate);
  const fillAll = (): void => {
    inputs.forEach((buffer, i) => fill(buffer, inputContents[i] as BufferContent));
    outputs.forEach((buffer, i) => fill(buffer, outputContents[i] as BufferContent));
  };
  const isAsGiven = (buffer: Uint8Array, { content }: BufferContent): boolean =>
    Buffer.compare(buffer.subarray(0, content.byteLength), content) === 0 &&
    buffer.subarray(content.byteLength).every((byte) => byte === poison);
  fillAll();
  return {
    program,
    inputs,
    outputs,
    run: (threads) => {
      fillAll();
      program.run(inputs, outputs, { threads });
      const changed = inputs.findIndex((buffer, i) => !isAsGiven(buffer, inputContents[i] as BufferContent));
      const overrun = outputs.findIndex((buffer, i) => {
        const { bytes } = outputContents[i] as BufferContent;
        return buffer.subarray(bytes).some((byte) => byte !== poison);
      });
      const fault =
        changed >= 0 ? `it wrote to input ${changed}` : overrun >= 0 ? `it wrote behind output ${overrun}` : undefined;
      return { outputs: outputs.map((buffer, i) => buffer.slice(0, outputContents[i]?.bytes)), fault };
    },
  };
}
