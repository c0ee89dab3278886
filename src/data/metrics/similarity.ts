/** How near the outputs of two models lie, over everything seen so far. */
export interface Similarity {
  /** Signal to quantization noise ratio, 10·log10(Σx² / Σ(x−y)²), pooled over all elements; Infinity for equal values. */
  readonly sqnrDb: number;
  /** The least cosine of the angle between the two outputs of one sample. */
  readonly worstCosine: number;
  readonly maxAbsolute: number;
  /** Share of samples whose greatest element stands at one place in both. */
  readonly agreement: number;
  readonly samples: number;
  /** Elements that are NaN or infinite in one and not equal in the other; they count in no other figure. */
  readonly incomparable: number;
}

/** Accumulates the similarity of a reference and another output, one pair per sample. */
export interface SimilarityMeter {
  add(reference: ArrayLike<number>, other: ArrayLike<number>): void;
  read(): Similarity;
}

/** Makes an empty meter. Pairs must have one length each; a plain Error is thrown otherwise. */
export function similarityMeter(): SimilarityMeter {
  let signal = 0;
  let noise = 0;
  let worstCosine = 1;
  let maxAbsolute = 0;
  let agreeing = 0;
  let samples = 0;
  let incomparable = 0;
  return {
    add: (reference, other) => {
      if (reference.length !== other.length)
        throw new Error(`outputs of ${reference.length} and ${other.length} elements cannot be compared`);
      let xx = 0;
      let yy = 0;
      let xy = 0;
      let dd = 0;
      let topX = 0;
      let topY = 0;
      for (let i = 0; i < reference.length; i++) {
        const x = reference[i] as number;
        const y = other[i] as number;
        if (x > (reference[topX] as number)) topX = i;
        if (y > (other[topY] as number)) topY = i;
        if (!Number.isFinite(x) || !Number.isFinite(y)) {
          if (!Object.is(x, y)) incomparable++;
          continue;
        }
        const d = x - y;
        xx += x * x;
        yy += y * y;
        xy += x * y;
        dd += d * d;
        maxAbsolute = Math.max(maxAbsolute, Math.abs(d));
      }
      signal += xx;
      noise += dd;
      samples++;
      if (topX === topY) agreeing++;
      const cosine = xx === 0 || yy === 0 ? (xx === yy ? 1 : 0) : xy / Math.sqrt(xx * yy);
      worstCosine = Math.min(worstCosine, cosine);
    },
    read: () => ({
      sqnrDb: noise === 0 ? Infinity : signal === 0 ? -Infinity : 10 * Math.log10(signal / noise),
      worstCosine,
      maxAbsolute,
      agreement: samples === 0 ? 1 : agreeing / samples,
      samples,
      incomparable,
    }),
  };
}
