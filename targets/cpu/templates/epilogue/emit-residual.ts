import type { Register } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";
import type { AccumulatorGroup, Address, EpilogueContext, Segment } from "./epilogue-context.ts";

/**
 * Adds the residual to float32 values as ONNX Runtime does: the second operand's product is fused with the constant
 * term, the first operand's with their sum.
 */
export function emitAddResidual(context: EpilogueContext, group: AccumulatorGroup): void {
  const { assembler, epilogue, constant } = context;
  const fixed = context.resident("fixed");
  const add = (accumulator: Register, residual: Register): void => {
    assembler.emit("vcvtdq2ps", residual, residual);
    if (epilogue.residual?.first === true) {
      assembler.emit("vfmadd132ps", accumulator, fixed, constant("valueRatio"));
      assembler.emit("vfmadd231ps", accumulator, residual, constant("residualRatio"));
    } else {
      assembler.emit("vfmadd132ps", residual, fixed, constant("residualRatio"));
      assembler.emit("vfmadd132ps", accumulator, residual, constant("valueRatio"));
    }
  };
  for (const segment of group.segments)
    if (context.order === "natural") addNatural(context, group, segment, add);
    else addQuads(context, group, segment, add);
}

type Add = (accumulator: Register, residual: Register) => void;

function addNatural(
  { assembler, isa, temporaries }: EpilogueContext,
  group: AccumulatorGroup,
  segment: Segment,
  add: Add,
): void {
  const [value] = temporaries as readonly [Register];
  const { base, displacement } = segment.residual as Address;
  const count = Math.ceil(segment.channels / isa.lanes);
  for (let index = 0; index < count; index++) {
    assembler.emit("vpmovzxbd", value, mem(base, { disp: displacement + index * isa.lanes }));
    add(group.accumulators[segment.first + index] as Register, value);
  }
}

/** In quad64 order the residual's bytes stand as packing would leave them: interleaving with zeros unpacks them. */
function addQuads(
  { assembler, temporaries }: EpilogueContext,
  group: AccumulatorGroup,
  segment: Segment,
  add: Add,
): void {
  const [zero, half, value] = temporaries as readonly [Register, Register, Register];
  const { base, displacement } = segment.residual as Address;
  assembler.emit("vxorps", zero, zero, zero);
  (["vpunpcklbw", "vpunpckhbw"] as const).forEach((unpackBytes, pair) => {
    assembler.emit("vmovups", half, mem(base, { disp: displacement }));
    assembler.emit(unpackBytes, half, half, zero);
    (["vpunpcklwd", "vpunpckhwd"] as const).forEach((unpackWords, side) => {
      assembler.emit(unpackWords, value, half, zero);
      add(group.accumulators[2 * pair + side] as Register, value);
    });
  });
}

/** Packed bytes in the first of up to four accumulators to int32 values in all of them: the inverse of packing. */
export function emitUnpack({ assembler, temporaries }: EpilogueContext, accumulators: readonly Register[]): void {
  const [zero] = temporaries as readonly [Register];
  const [a, b, c, d] = accumulators as readonly [Register, ...(Register | undefined)[]];
  assembler.emit("vxorps", zero, zero, zero);
  if (c !== undefined) {
    assembler.emit("vpunpckhbw", c, a, zero);
    if (d !== undefined) assembler.emit("vpunpckhwd", d, c, zero);
    assembler.emit("vpunpcklwd", c, c, zero);
  }
  assembler.emit("vpunpcklbw", a, a, zero);
  if (b !== undefined) assembler.emit("vpunpckhwd", b, a, zero);
  assembler.emit("vpunpcklwd", a, a, zero);
}
