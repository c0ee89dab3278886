import { int64Tensor, intAttr, stringAttr, stringsOf, tensorFromStrings } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** StringSplit: substrings between delimiters (runs of white space without one), padded with "", and how many there are. */
export const stringSplit: ReferenceOp = {
  domain: "",
  name: "StringSplit",
  run(call) {
    const x = tensorInput(call, 0);
    const delimiter = stringAttr(call.node, "delimiter", "");
    const limit = intAttr(call.node, "maxsplit", Infinity);
    const parts = stringsOf(x).map((text) =>
      delimiter === "" ? splitWords(text, limit) : splitAt(text, delimiter, limit),
    );
    const width = Math.max(0, ...parts.map((list) => list.length));
    const padded = parts.flatMap((list) => [...list, ...new Array<string>(width - list.length).fill("")]);
    const counts = parts.map((list) => list.length);
    return [tensorFromStrings([...x.shape, width], padded), int64Tensor(counts, x.shape)];
  },
};

/** At most `limit` splits; the rest stays together. */
function splitAt(text: string, delimiter: string, limit: number): string[] {
  const parts = text.split(delimiter);
  if (parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(delimiter)];
}

function splitWords(text: string, limit: number): string[] {
  const words: string[] = [];
  let rest = text.trimStart();
  while (rest !== "" && words.length < limit) {
    const end = rest.search(/\s/);
    if (end < 0) break;
    words.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return rest === "" ? words : [...words, rest];
}
