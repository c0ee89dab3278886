/** Units of `extent` that together are worth waking a thread for, where all of them do `work` and a thread pays from `threadWork` on. */
export function threadGrain(extent: number, work: number, threadWork: number): number {
  return Math.min(extent, Math.max(1, Math.ceil((threadWork * extent) / work)));
}
