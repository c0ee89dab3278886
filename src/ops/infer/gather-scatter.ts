import type { Dim, Shape } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { intAttr, isStatic, stridesOf } from "../../ir/index.ts";
import { gatherContent } from "./elements.ts";
import { axisOf, dtypeOf, numbersIn, reject, shapeOf, tensorOf, typed, types, unify, withContent } from "./rules.ts";

/** Gather: data[:axis] + indices + data[axis+1:]. */
function inferGather(context: InferContext): InferResult {
  const [data, indices] = [shapeOf(context, 0), shapeOf(context, 1)];
  const dtype = dtypeOf(context, 0);
  if (data === undefined || indices === undefined) return types(typed(dtype, undefined));
  if (data.length === 0) reject(context, "data is a scalar");
  const axis = axisOf(context, intAttr(context, "axis", 0), data.length);
  const out = [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
  return withContent(typed(dtype, out), gathered(context, data, indices, axis, out));
}

function gathered(
  context: InferContext,
  data: Shape,
  indices: Shape,
  axis: number,
  out: Shape,
): readonly Dim[] | undefined {
  const content = context.shapeValue(0);
  const picks = numbersIn(context.shapeValue(1));
  if (content === undefined || picks === undefined || !isStatic(data) || !isStatic(indices)) return undefined;
  const size = data[axis] as number;
  if (picks.some((index) => index < -size || index >= size))
    reject(context, `an index is outside of dimension ${size}`);
  const [dataStrides, indexStrides] = [stridesOf(data), stridesOf(indices)];
  return gatherContent(out, (at) => {
    let position = 0;
    for (let i = 0; i < indices.length; i++) position += (at[axis + i] as number) * (indexStrides[i] as number);
    const picked = picks[position] as number;
    let flat = (picked < 0 ? picked + size : picked) * (dataStrides[axis] as number);
    for (let i = 0; i < data.length; i++)
      if (i !== axis) flat += (at[i < axis ? i : i + indices.length - 1] as number) * (dataStrides[i] as number);
    return content[flat];
  });
}

/** GatherElements: the shape of the indices. */
function inferGatherElements(context: InferContext): InferResult {
  const [data, indices] = [shapeOf(context, 0), shapeOf(context, 1)];
  if (data !== undefined && indices !== undefined && data.length !== indices.length)
    reject(context, `data has rank ${data.length} and indices ${indices.length}`);
  if (data !== undefined) axisOf(context, intAttr(context, "axis", 0), data.length);
  return types(typed(dtypeOf(context, 0), indices));
}

/** GatherND: indices[:-1] + data[batch_dims + indices[-1]:]. */
function inferGatherND(context: InferContext): InferResult {
  const [data, indices] = [shapeOf(context, 0), shapeOf(context, 1)];
  const depth = indices?.at(-1);
  const batch = intAttr(context, "batch_dims", 0);
  if (data === undefined || indices === undefined || typeof depth !== "number")
    return types(typed(dtypeOf(context, 0), undefined));
  if (depth + batch > data.length) reject(context, `indices of ${depth} entries for data of rank ${data.length}`);
  return types(typed(dtypeOf(context, 0), [...indices.slice(0, -1), ...data.slice(batch + depth)]));
}

/** Scatters write into a copy of the data. */
function inferScatter(context: InferContext): InferResult {
  const [data, indices, updates] = [shapeOf(context, 0), shapeOf(context, 1), shapeOf(context, 2)];
  if (data !== undefined) axisOf(context, intAttr(context, "axis", 0), Math.max(data.length, 1));
  if (data !== undefined && indices !== undefined && data.length !== indices.length)
    reject(context, `data has rank ${data.length} and indices ${indices.length}`);
  if (indices !== undefined && updates !== undefined) {
    if (indices.length !== updates.length)
      reject(context, `indices have rank ${indices.length} and updates ${updates.length}`);
    indices.forEach((dim, i) => unify(context, dim, updates[i], `dimensions ${i} of indices and updates`));
  }
  return types(tensorOf(context, 0));
}

/** ScatterND, TensorScatter: the type of the data. */
function inferLikeData(context: InferContext): InferResult {
  return types(tensorOf(context, 0));
}

/** Compress: as many slices (or elements, without axis) as the condition has true entries. */
function inferCompress(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const kept = numbersIn(context.shapeValue(1))?.filter((flag) => flag !== 0).length;
  const axis = intAttr(context, "axis");
  if (axis === undefined) return types(typed(dtypeOf(context, 0), [kept]));
  if (shape === undefined) return types(typed(dtypeOf(context, 0), undefined));
  const at = axisOf(context, axis, shape.length);
  return types(
    typed(
      dtypeOf(context, 0),
      shape.map((dim, i) => (i === at ? kept : dim)),
    ),
  );
}

/** Reading and writing by index. */
export const gatherScatterInference: readonly OpInference[] = [
  { names: ["Gather"], infer: inferGather },
  { names: ["GatherElements"], infer: inferGatherElements },
  { names: ["GatherND"], infer: inferGatherND },
  { names: ["Scatter", "ScatterElements"], infer: inferScatter },
  { names: ["ScatterND", "TensorScatter"], infer: inferLikeData },
  { names: ["Compress"], infer: inferCompress },
];
