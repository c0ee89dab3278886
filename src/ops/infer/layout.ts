import type { Dim, Shape } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { floorDivideDims, intAttr, intsAttr, isStatic, multiplyDims, stridesOf } from "../../ir/index.ts";
import { broadcastElement, gatherContent } from "./elements.ts";
import {
  axesOf,
  axisOf,
  broadcast,
  dtypeOf,
  expectRank,
  reject,
  scalarOf,
  shapeOf,
  shapeOfRank,
  typed,
  types,
  unknownDims,
  withContent,
} from "./rules.ts";

/** Transpose: output axis i is input axis perm[i]; without perm the axes are reversed. */
function inferTranspose(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const dtype = dtypeOf(context, 0);
  const perm = intsAttr(context, "perm") ?? shape?.map((_, i) => shape.length - 1 - i);
  if (perm === undefined) return types(typed(dtype, undefined));
  if (shape !== undefined && perm.length !== shape.length)
    reject(context, `perm [${perm.join(", ")}] does not fit rank ${shape.length}`);
  const order = axesOf(context, perm, perm.length);
  const out = order.map((axis): Dim => shape?.[axis]);
  const content = context.shapeValue(0);
  if (content === undefined || !isStatic(shape)) return types(typed(dtype, out));
  const strides = stridesOf(shape);
  return withContent(
    typed(dtype, out),
    gatherContent(out, (at) => content[at.reduce((sum, x, i) => sum + x * (strides[order[i] as number] as number), 0)]),
  );
}

/** Expand: broadcasts the input with the target shape, both ways. */
function inferExpand(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const length = shapeOf(context, 1)?.[0];
  const target = context.shapeValue(1) ?? shapeOfRank(length);
  const out = broadcast(context, [shape, target]);
  const content = context.shapeValue(0);
  const type = typed(dtypeOf(context, 0), out);
  if (content === undefined || !isStatic(shape)) return types(type);
  return withContent(
    type,
    gatherContent(out, (at) => broadcastElement(content, shape, at)),
  );
}

/** Tile: each dimension times its repeats. Opset 1 repeats one axis, both given as scalars. */
function inferTile(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const dtype = dtypeOf(context, 0);
  if (context.opset < 6) {
    const axis = scalarOf(context, 2);
    if (shape === undefined || typeof axis !== "number") return types(typed(dtype, shape && unknownDims(shape.length)));
    const at = axisOf(context, axis, shape.length);
    return types(
      typed(
        dtype,
        shape.map((dim, i) => (i === at ? multiplyDims(dim, scalarOf(context, 1)) : dim)),
      ),
    );
  }
  const length = shapeOf(context, 1)?.[0];
  if (shape !== undefined && typeof length === "number" && length !== shape.length)
    reject(context, `${length} repeats for rank ${shape.length}`);
  const repeats = context.shapeValue(1);
  if (shape === undefined) return types(typed(dtype, shapeOfRank(length)));
  return types(
    typed(
      dtype,
      shape.map((dim, i) => multiplyDims(dim, repeats?.[i])),
    ),
  );
}

function blocks(context: InferContext): { readonly shape: Shape; readonly size: number } | undefined {
  const shape = shapeOf(context, 0);
  const size = intAttr(context, "blocksize", 0);
  if (size <= 0) reject(context, `blocksize is ${size}`);
  expectRank(context, 0, 4);
  return shape === undefined ? undefined : { shape, size };
}

/** DepthToSpace: [N, C, H, W] to [N, C/b², H·b, W·b]. */
function inferDepthToSpace(context: InferContext): InferResult {
  const { shape = unknownDims(4), size = 1 } = blocks(context) ?? {};
  const [n, c, h, w] = shape;
  if (typeof c === "number" && c % (size * size) !== 0)
    reject(context, `${c} channels do not divide by ${size * size}`);
  return types(
    typed(dtypeOf(context, 0), [n, floorDivideDims(c, size * size), multiplyDims(h, size), multiplyDims(w, size)]),
  );
}

/** SpaceToDepth: [N, C, H, W] to [N, C·b², H/b, W/b]. */
function inferSpaceToDepth(context: InferContext): InferResult {
  const { shape = unknownDims(4), size = 1 } = blocks(context) ?? {};
  const [n, c, h, w] = shape;
  return types(
    typed(dtypeOf(context, 0), [n, multiplyDims(c, size * size), floorDivideDims(h, size), floorDivideDims(w, size)]),
  );
}

/** Operators that reorder or repeat elements. */
export const layoutInference: readonly OpInference[] = [
  { names: ["Transpose"], infer: inferTranspose },
  { names: ["Expand"], infer: inferExpand },
  { names: ["Tile"], infer: inferTile },
  { names: ["DepthToSpace"], infer: inferDepthToSpace },
  { names: ["SpaceToDepth"], infer: inferSpaceToDepth },
];
