/** Counts the energy that a device takes, whoever causes it: other work and its idling are in it. */
export interface EnergyCounter {
  /** Microjoules since the counter was opened; undefined once it can no longer be read. */
  read(): number | undefined;
  /** Frees what reading takes. */
  close(): void;
}

/** A counter, or why there is none. */
export type OpenedCounter = EnergyCounter | { readonly missing: string };
