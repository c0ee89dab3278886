import type { Buffer, Placement } from "./buffers.ts";
import { stridesOf } from "./buffers.ts";
import type { IntegerOp } from "./integer-graph.ts";
import { LoweringRefusal } from "./refusal.ts";

/** Bytes of a buffer up to which every distance in it fits into an instruction, a few times over for windows that overhang. */
const mostBytes = 2 ** 29;

/** A halo that takes so many times what it surrounds, in more bytes than these, is longer under way than its window's sum. */
const [mostPadding, leastPadded] = [16, 2 ** 20];

/** Throws {@link LoweringRefusal} where an op touches a buffer that is too large, or that is padding for the most part. */
export function refuseLargeBuffers(placed: readonly Touching[]): void {
  for (const { op, inputs, output } of placed) {
    // What comes in is touched by whoever reads it.
    if (op.kind === "enter") continue;
    for (const { buffer } of [...inputs, ...(output === undefined ? [] : [output])]) {
      const reason = objection(buffer);
      if (reason !== undefined) throw new LoweringRefusal(op, reason);
    }
  }
}

/** An op with the places of what it reads and writes. */
interface Touching {
  readonly op: IntegerOp;
  readonly inputs: readonly Placement[];
  readonly output: Placement | undefined;
}

function objection(buffer: Buffer): string | undefined {
  const { extent, halo, elementBytes } = buffer;
  const bytes = (extent.rows + halo.top + halo.bottom) * stridesOf(buffer).row * elementBytes;
  if (bytes > mostBytes)
    return `a tensor of ${(bytes / 2 ** 20).toFixed(0)} MiB with its padding, and 512 MiB is the most`;
  const own = extent.rows * extent.columns * extent.channels * elementBytes;
  return bytes > leastPadded && bytes > mostPadding * own
    ? `padding of ${Math.floor(bytes / own)} times the tensor`
    : undefined;
}
