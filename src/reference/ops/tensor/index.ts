import type { ReferenceOp } from "../../types.ts";
import { affineGrid } from "./affine-grid.ts";
import { bitCast } from "./bit-cast.ts";
import { cast, castLike } from "./cast.ts";
import { centerCropPad } from "./center-crop-pad.ts";
import { col2Im } from "./col2-im.ts";
import { compress } from "./compress.ts";
import { concat } from "./concat.ts";
import { constantOfShape } from "./constant-of-shape.ts";
import { constant } from "./constant.ts";
import { depthToSpace } from "./depth-to-space.ts";
import { expand } from "./expand.ts";
import { eyeLike } from "./eye-like.ts";
import { flatten } from "./flatten.ts";
import { gatherElements } from "./gather-elements.ts";
import { gatherND } from "./gather-nd.ts";
import { gather } from "./gather.ts";
import { gridSample } from "./grid-sample.ts";
import { identity } from "./identity.ts";
import { nonMaxSuppression } from "./non-max-suppression.ts";
import { nonZero } from "./non-zero.ts";
import { oneHot } from "./one-hot.ts";
import { pad } from "./pad.ts";
import { range } from "./range.ts";
import { reshape } from "./reshape.ts";
import { reverseSequence } from "./reverse-sequence.ts";
import { scatter, scatterElements } from "./scatter-elements.ts";
import { scatterND } from "./scatter-nd.ts";
import { shape } from "./shape.ts";
import { size } from "./size.ts";
import { slice } from "./slice.ts";
import { spaceToDepth } from "./space-to-depth.ts";
import { split } from "./split.ts";
import { squeeze } from "./squeeze.ts";
import { tensorScatter } from "./tensor-scatter.ts";
import { tile } from "./tile.ts";
import { transpose } from "./transpose.ts";
import { trilu } from "./trilu.ts";
import { unsqueeze } from "./unsqueeze.ts";

/** Operators that make, move, select and convert elements. */
export const tensorOps: readonly ReferenceOp[] = [
  affineGrid,
  bitCast,
  cast,
  castLike,
  centerCropPad,
  col2Im,
  compress,
  concat,
  constant,
  constantOfShape,
  depthToSpace,
  expand,
  eyeLike,
  flatten,
  gather,
  gatherElements,
  gatherND,
  gridSample,
  identity,
  nonMaxSuppression,
  nonZero,
  oneHot,
  pad,
  range,
  reshape,
  reverseSequence,
  scatter,
  scatterElements,
  scatterND,
  shape,
  size,
  slice,
  spaceToDepth,
  split,
  squeeze,
  tensorScatter,
  tile,
  transpose,
  trilu,
  unsqueeze,
];
