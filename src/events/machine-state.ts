/**
 * What an operator of the machine set, and how warm it is: timings can be understood by it. It is read from Linux's sysfs;
 * what cannot be read is absent. Never part of a key.
 */
export interface MachineState {
  /** Scaling governors of the CPUs, each once, sorted. */
  readonly governors?: readonly string[];
  /** Whether clocks above the nominal one are allowed. */
  readonly turbo?: boolean;
  /** Degrees Celsius of the hottest sensor that belongs to the processor, or of any where none says so. */
  readonly celsius?: number;
}
