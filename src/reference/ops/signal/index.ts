import type { ReferenceOp } from "../../types.ts";
import { dft } from "./dft.ts";
import { melWeightMatrix } from "./mel-weight-matrix.ts";
import { stft } from "./stft.ts";
import { blackmanWindow, hammingWindow, hannWindow } from "./window-functions.ts";

/** Operators of signal processing. */
export const signalOps: readonly ReferenceOp[] = [
  blackmanWindow,
  dft,
  hammingWindow,
  hannWindow,
  melWeightMatrix,
  stft,
];
