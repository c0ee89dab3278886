import { printable } from "../diagnostics/index.ts";

/** Bytes for people, decimal units as in `--max-size`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} KB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(2)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** Nanoseconds for people. */
export function formatTime(ns: number): string {
  if (ns < 100) return `${ns.toFixed(1)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(1)} us`;
  return ns < 1e9 ? `${(ns / 1e6).toFixed(2)} ms` : `${(ns / 1e9).toFixed(2)} s`;
}

/** A metric's value: shares as percent, SQNR in dB. */
export function formatMetric(metric: string, value: number): string {
  if (metric === "sqnr") return Number.isFinite(value) ? `${value.toFixed(1)} dB` : "exact";
  return metric === "cosine" ? value.toFixed(4) : `${(value * 100).toFixed(2)} %`;
}

/** Rows of cells as aligned text columns; the first `textColumns` to the left, the rest to the right. */
export function formatTable(cells: readonly (readonly string[])[], textColumns = 1): string {
  const rows = cells.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i < textColumns ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Microjoules for people. */
export function formatEnergy(uj: number): string {
  if (uj < 0.1) return `${(uj * 1e3).toFixed(1)} nJ`;
  if (uj < 1e3) return `${uj.toFixed(1)} uJ`;
  return uj < 1e6 ? `${(uj / 1e3).toFixed(2)} mJ` : `${(uj / 1e6).toFixed(2)} J`;
}

/** How long ago something was, for people: in the largest unit of which it is at least one. */
export function formatAge(then: Date, now: Date): string {
  const seconds = (now.getTime() - then.getTime()) / 1000;
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ] as const;
  const [unit, length] = units.find(([, size]) => seconds >= size) ?? ["minute", Infinity];
  return length === Infinity ? "less than a minute ago" : `${counted(Math.floor(seconds / length), unit)} ago`;
}

/** How far a limit is missed by a share of it: `off by 25 %`, or how many times the limit where that is easier to read. */
export function formatMiss(share: number): string {
  if (share >= 10) return `${(share + 1).toFixed(0)} times the limit`;
  return `off by ${Number((share * 100).toPrecision(3))} %`;
}

/** A time of day as it stands in records, for people: `2026-11-21 22:10 UTC`. */
export function formatDate(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}

/** An amount of money, in the currency of `--price-per-hour`. */
export function formatCost(amount: number): string {
  return amount >= 100 ? amount.toFixed(0) : String(Number(amount.toPrecision(3)));
}

/** `1 thread`, `2 threads`: a count with its noun in the right number. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
