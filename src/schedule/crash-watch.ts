/** Crashes in a row after which a template is tried no more in this run. */
const crashesAllowed = 5;

/** Counts the crashes of templates: each costs a process and its time-out. */
export interface CrashWatch {
  /** Notes how a candidate of a template ended; true when that was the crash that puts the template out. */
  note(template: string, hasCrashed: boolean): boolean;
  isOut(template: string): boolean;
}

/** A watch with no crash yet. */
export function makeCrashWatch(): CrashWatch {
  const inARow = new Map<string, number>();
  const isOut = (template: string): boolean => (inARow.get(template) ?? 0) >= crashesAllowed;
  return {
    note: (template, hasCrashed) => {
      if (isOut(template)) return false;
      inARow.set(template, hasCrashed ? (inARow.get(template) ?? 0) + 1 : 0);
      return isOut(template);
    },
    isOut,
  };
}
