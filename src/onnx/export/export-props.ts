import type { StringStringEntryProto } from "../proto/tensor.ts";

/** metadata_props of a map: entries that are as they were keep their message and place, new ones follow. */
export function exportProps(
  props: ReadonlyMap<string, string>,
  original: readonly StringStringEntryProto[] | undefined,
): readonly StringStringEntryProto[] {
  if (props.size === 0) return [];
  const entries: StringStringEntryProto[] = [];
  const written = new Set<string>();
  for (const entry of original ?? []) {
    const key = entry.key ?? "";
    const value = props.get(key);
    if (value === undefined) continue;
    written.add(key);
    const isLast = (original ?? []).findLast((other) => (other.key ?? "") === key) === entry;
    entries.push(!isLast || value === (entry.value ?? "") ? entry : { ...entry, value });
  }
  for (const [key, value] of props) if (!written.has(key)) entries.push({ key, value });
  return entries;
}
