/** What a layer takes here and in ONNX Runtime, in nanoseconds. */
export interface RivalTimes {
  readonly ns: number;
  /** Undefined where it is not comparable. */
  readonly peerNs: number | undefined;
}

/** A layer loses when it is slower than ONNX Runtime by more than the noise of single layers… */
const losingRatio = 0.95;

/** …and when that costs so much of the network's time. */
const leastLoss = 0.005;

/** Sets of layers to leave plain that are worth a trial: each costs compiling and a place in the race. */
const mostTrials = 4;

/** The layers, in the order they run, that lose clearly and whose loss matters; most loss first. */
export function losingLayers(layers: readonly RivalTimes[]): readonly number[] {
  const total = layers.reduce((sum, { ns }) => sum + ns, 0);
  return layers
    .flatMap((layer, index) => {
      const { ns, peerNs = Infinity } = layer;
      return peerNs / ns < losingRatio && ns - peerNs >= leastLoss * total ? [{ index, loss: ns - peerNs }] : [];
    })
    .sort((a, b) => b.loss - a.loss || a.index - b.index)
    .map(({ index }) => index);
}

/**
 * Sets of layers to try without kernels, the most promising first: all that lose; the run of neighbours that loses most
 * together, since leaving and entering a region costs conversions on both sides of each gap; the worse half, the worst
 * quarter, and so on.
 */
export function proposeReverts(layers: readonly RivalTimes[]): readonly (readonly number[])[] {
  const losers = losingLayers(layers);
  if (losers.length === 0) return [];
  const proposals = [losers, worstRun(layers)];
  for (let count = Math.ceil(losers.length / 2); ; count = Math.ceil(count / 2)) {
    proposals.push(losers.slice(0, count));
    if (count === 1) break;
  }
  const distinct = new Map(
    proposals.flatMap((set) => {
      const sorted = [...set].sort((a, b) => a - b);
      return sorted.length === 0 ? [] : [[sorted.join(), sorted] as const];
    }),
  );
  return [...distinct.values()].slice(0, mostTrials);
}

/** The run of neighbouring layers with the greatest loss in sum (Kadane's algorithm); a layer without a figure ends a run. */
function worstRun(layers: readonly RivalTimes[]): readonly number[] {
  let best = { start: 0, end: 0, loss: 0 };
  let start = 0;
  let loss = 0;
  layers.forEach(({ ns, peerNs }, index) => {
    loss = peerNs === undefined ? 0 : loss + ns - peerNs;
    if (loss <= 0) {
      start = index + 1;
      loss = 0;
    } else if (loss > best.loss) best = { start, end: index + 1, loss };
  });
  return Array.from({ length: best.end - best.start }, (_, i) => best.start + i);
}
