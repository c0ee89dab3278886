/**
 * A fixed piece of arithmetic of about a millisecond. Its time tells how fast the machine is at this moment: forms are
 * ranked by their time divided by it, and rounds in which it is slow are dropped.
 */
export function referenceLoop(): number {
  let state = 0x2545f491;
  let sum = 0;
  for (let i = 0; i < 300_000; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    sum = (sum + (state & 1023) * 1.0000001) % 65_536;
  }
  return sum;
}
