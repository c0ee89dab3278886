import { printable } from "../diagnostics/index.ts";

/** Characters that take two columns: East Asian wide and fullwidth forms, and emoji. */
const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;

/** What takes no column: marks that combine with the character before, joiners, and selectors. */
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]/u;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns that one grapheme takes. */
function graphemeWidth(grapheme: string): number {
  if (zeroWidth.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}

/** What is mostly shown: ASCII, and the marks of the theme. Each takes one column. */
const narrow = /^[ -~·…→✓✗▸‖\u2500-\u259f]*$/;

/** Columns that a printable text takes. */
export function displayWidth(text: string): number {
  if (narrow.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The longest start of a text that takes at most `width` columns. */
export function cut(text: string, width: number): string {
  let start = "";
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width) break;
    start += segment;
  }
  return start;
}

/** The text in exactly `width` columns: what does not fit is cut, and marked with `ellipsis`. */
export function fit(text: string, width: number, align: "left" | "right" = "left", ellipsis = "…"): string {
  if (width <= 0) return "";
  const clean = printable(text);
  const shown = displayWidth(clean) <= width ? clean : cut(clean, width - 1) + ellipsis;
  const padding = " ".repeat(Math.max(0, width - displayWidth(shown)));
  return align === "left" ? shown + padding : padding + shown;
}

/** A path or name of which the end says most: the start is cut. */
export function fitEnd(text: string, width: number, ellipsis = "…"): string {
  const clean = printable(text);
  if (displayWidth(clean) <= width) return clean;
  if (width <= 1) return ellipsis.slice(0, Math.max(0, width));
  const graphemes = [...segmenter.segment(clean)].map(({ segment }) => segment);
  let end = "";
  let used = 1;
  for (const grapheme of graphemes.reverse()) {
    used += graphemeWidth(grapheme);
    if (used > width) break;
    end = grapheme + end;
  }
  return ellipsis + end;
}

/** Milliseconds for people, in at most seven columns: `0.3 s`, `12 s`, `3:05`, `1:02:09`. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours === 0 ? `${minutes}:${two(whole % 60)}` : `${hours}:${two(minutes)}:${two(whole % 60)}`;
}
