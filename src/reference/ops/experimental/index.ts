import type { ReferenceOp } from "../../types.ts";
import { affine } from "./affine.ts";
import { crop } from "./crop.ts";
import { imageScaler } from "./image-scaler.ts";
import { parametricSoftplus } from "./parametric-softplus.ts";
import { scaledTanh } from "./scaled-tanh.ts";

/** Operators that ONNX had on trial until 1.4: the specification dropped them, models of that time still hold them. */
export const experimentalOps: readonly ReferenceOp[] = [affine, crop, imageScaler, parametricSoftplus, scaledTanh];
