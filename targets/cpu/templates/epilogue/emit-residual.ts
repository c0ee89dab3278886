import type { Register } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";
import type { InstructionSink } from "../interleave.ts";
import type { AccumulatorGroup, Address, EpilogueContext, Segment } from "./epilogue-context.ts";

/**
 * Adds the residual to float32 values as ONNX Runtime does: the second operand's product is fused with the constant
 * term, the first operand's with their sum.
 */
export function emitAddResidual(sink: InstructionSink, context: EpilogueContext, group: AccumulatorGroup): void {
  const { epilogue, constant } = context;
  const fixed = context.resident("fixed");
  const add = (accumulator: Register, residual: Register): void => {
    sink.emit("vcvtdq2ps", residual, residual);
    if (epilogue.residual?.first === true) {
      sink.emit("vfmadd132ps", accumulator, fixed, constant("valueRatio"));
      sink.emit("vfmadd231ps", accumulator, residual, constant("residualRatio"));
    } else {
      sink.emit("vfmadd132ps", residual, fixed, constant("residualRatio"));
      sink.emit("vfmadd132ps", accumulator, residual, constant("valueRatio"));
    }
  };
  for (const segment of group.segments)
    if (context.order === "natural") addNatural(sink, context, group, segment, add);
    else addQuads(sink, context, group, segment, add);
}

type Add = (accumulator: Register, residual: Register) => void;

function addNatural(
  sink: InstructionSink,
  { isa, temporaries }: EpilogueContext,
  group: AccumulatorGroup,
  segment: Segment,
  add: Add,
): void {
  const [value] = temporaries as readonly [Register];
  const { base, displacement } = segment.residual as Address;
  const count = Math.ceil(segment.channels / isa.lanes);
  for (let index = 0; index < count; index++) {
    sink.emit("vpmovzxbd", value, mem(base, { disp: displacement + index * isa.lanes }));
    add(group.accumulators[segment.first + index] as Register, value);
  }
}

/** In quad64 order the residual's bytes stand as packing would leave them: interleaving with zeros unpacks them. */
function addQuads(
  sink: InstructionSink,
  { temporaries }: EpilogueContext,
  group: AccumulatorGroup,
  segment: Segment,
  add: Add,
): void {
  const [zero, half, value] = temporaries as readonly [Register, Register, Register];
  const { base, displacement } = segment.residual as Address;
  sink.emit("vxorps", zero, zero, zero);
  (["vpunpcklbw", "vpunpckhbw"] as const).forEach((unpackBytes, pair) => {
    sink.emit("vmovups", half, mem(base, { disp: displacement }));
    sink.emit(unpackBytes, half, half, zero);
    (["vpunpcklwd", "vpunpckhwd"] as const).forEach((unpackWords, side) => {
      sink.emit(unpackWords, value, half, zero);
      add(group.accumulators[2 * pair + side] as Register, value);
    });
  });
}

/** Packed bytes in the first of up to four accumulators to int32 values in all of them: the inverse of packing. */
export function emitUnpack(
  sink: InstructionSink,
  { temporaries }: EpilogueContext,
  accumulators: readonly Register[],
): void {
  const [zero] = temporaries as readonly [Register];
  const [a, b, c, d] = accumulators as readonly [Register, ...(Register | undefined)[]];
  sink.emit("vxorps", zero, zero, zero);
  if (c !== undefined) {
    sink.emit("vpunpckhbw", c, a, zero);
    if (d !== undefined) sink.emit("vpunpckhwd", d, c, zero);
    sink.emit("vpunpcklwd", c, c, zero);
  }
  sink.emit("vpunpcklbw", a, a, zero);
  if (b !== undefined) sink.emit("vpunpckhwd", b, a, zero);
  sink.emit("vpunpcklwd", a, a, zero);
}
