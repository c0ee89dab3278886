import type { Alternative } from "./alternative.ts";
import { flatPictures } from "./flat-pictures.ts";
import { gemmOfRows, productsOfMatrices } from "./gemm-forms.ts";
import { padChannels } from "./pad-channels.ts";
import { pixelProducts } from "./pixel-products.ts";
import { spreadPixels } from "./spread-pixels.ts";

export type { Alternative } from "./alternative.ts";

/** Every other spelling that a search may time, in the order in which they are applied. */
export const alternatives: readonly Alternative[] = [
  flatPictures,
  padChannels,
  spreadPixels,
  pixelProducts,
  gemmOfRows,
  productsOfMatrices,
];
