/** A running score: how many of the samples seen count as hits. */
export interface HitCounter {
  add(scores: ArrayLike<number>, label: number): boolean;
  read(): { readonly hits: number; readonly samples: number; readonly rate: number };
}

/** True when fewer than k classes score above the labelled one; equal scores count for the lower index. */
export function isInTopK(scores: ArrayLike<number>, label: number, k: number): boolean {
  const score = scores[label];
  if (score === undefined || Number.isNaN(score)) return false;
  let better = 0;
  for (let i = 0; i < scores.length; i++) {
    const other = scores[i] as number;
    if (other > score || (other === score && i < label)) better++;
  }
  return better < k;
}

/** Index of the greatest score, the first of equals. */
export function argMax(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] as number) > (scores[best] as number)) best = i;
  return best;
}

/** Top-k accuracy: a hit when the label is among the k highest scores. */
export function topK(k: number): HitCounter {
  let hits = 0;
  let samples = 0;
  return {
    add: (scores, label) => {
      const hit = isInTopK(scores, label, k);
      samples++;
      if (hit) hits++;
      return hit;
    },
    read: () => ({ hits, samples, rate: samples === 0 ? 0 : hits / samples }),
  };
}
