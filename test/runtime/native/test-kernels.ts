import type { Kernel, Pack } from "../../../src/codegen/index.ts";

/**
 * y[i] = table[x[i]] for i in [begin, end), assembled by GNU as:
 *   mov r8,[rdi]; mov r9,[rdi+8]; mov r10,[rdi+16]
 *   1: cmp rsi,rdx; jae 2f; movzx eax,byte ptr [r8+rsi]; movzx eax,byte ptr [r9+rax]; mov [r10+rsi],al; inc rsi; jmp 1b
 *   2: ret
 */
const tableCode = "4c8b074c8b4f084c8b57104839d67313410fb60430410fb604014188043248ffc6ebe8c3";

/**
 * y[o] = bias[o] + sum over k < 64 of x[k] * w[64 o + k] (u8, s8, s32) for o in [begin, end), with the sum kept in
 * scratch, so that threads which shared it would show.
 */
const dotCode =
  "4c8b074c8b4f084c8b57104c8b5f184839d67338418b04b289014889f748c1e7064c01cf535231d2410fb604100fbe1c170fafc3010148ffc2" +
  "4883fa4072e95a5b8b01418904b348ffc6ebc3c3";

/** A kernel that looks up `length` bytes in the table of its parameters. */
export function tableKernel(length: number): Kernel {
  return {
    name: `table ${length}`,
    code: Uint8Array.from(Buffer.from(tableCode, "hex")),
    listing: () => "",
    features: [],
    arguments: [
      { name: "x", bytes: length, access: "read", alignment: 1 },
      {
        name: "table",
        bytes: 256,
        access: "read",
        alignment: 64,
        packs: ({ tables }) => [{ kind: "literal", targetOffset: 0, bytes: tables["table"] ?? new Uint8Array(256) }],
      },
      { name: "y", bytes: length, access: "write", alignment: 1 },
    ],
    extent: length,
    grain: 1,
    scratchBytes: 0,
  };
}

/** A kernel of `outputs` dot products of 64 elements, its bias folded with the zero point `xZero`. */
export function dotKernel(outputs: number): Kernel {
  const copy: Pack = {
    kind: "copy",
    from: "weights",
    elementBytes: 1,
    sourceOffset: 0,
    targetOffset: 0,
    loops: [{ count: 64 * outputs, source: 1, target: 1 }],
  };
  return {
    name: `dot ${outputs}`,
    code: Uint8Array.from(Buffer.from(dotCode, "hex")),
    listing: () => "",
    features: ["avx2"],
    arguments: [
      { name: "x", bytes: 64, access: "read", alignment: 1 },
      { name: "weights", bytes: 64 * outputs, access: "read", alignment: 64, packs: () => [copy] },
      {
        name: "bias",
        bytes: 4 * outputs,
        access: "read",
        alignment: 4,
        packs: ({ numbers }) => [
          {
            kind: "fold-bias",
            weights: "weights",
            bias: "bias",
            zeroPoint: numbers["xZero"] ?? 0,
            channels: outputs,
            channelStride: 64,
            loops: [{ count: 64, source: 1, target: 0 }],
            targetOffset: 0,
            order: "natural",
          },
        ],
      },
      { name: "y", bytes: 4 * outputs, access: "write", alignment: 4 },
    ],
    extent: outputs,
    grain: 1,
    scratchBytes: 4,
  };
}
