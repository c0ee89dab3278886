import { intAttr, stringAttr, stringsAttr, stringsOf, tensorFromStrings } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** StringNormalizer: drops stop words and changes the case of a [C] or [1, C] tensor; "" where nothing is left. */
export const stringNormalizer: ReferenceOp = {
  domain: "",
  name: "StringNormalizer",
  run(call) {
    const x = tensorInput(call, 0);
    const changeCase = caseChanges[stringAttr(call.node, "case_change_action", "NONE")];
    if (changeCase === undefined) throw new RangeError("StringNormalizer: no such case_change_action");
    const comparable = intAttr(call.node, "is_case_sensitive", 0) !== 0 ? keep : lower;
    const stopwords = new Set(stringsAttr(call.node, "stopwords")?.map(comparable));
    const kept = stringsOf(x).filter((text) => !stopwords.has(comparable(text)));
    const result = kept.length === 0 ? [""] : kept.map(changeCase);
    return [tensorFromStrings([...x.shape.slice(0, -1), result.length], result)];
  },
};

const keep = (text: string): string => text;
const lower = (text: string): string => text.toLowerCase();

const caseChanges: Readonly<Record<string, (text: string) => string>> = {
  NONE: keep,
  LOWER: lower,
  UPPER: (text) => text.toUpperCase(),
};
