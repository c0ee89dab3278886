import { stringAttr, stringsOf, tensorFromNumbers } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** RegexFullMatch: whether each whole string matches a pattern in RE2 syntax. */
export const regexFullMatch: ReferenceOp = {
  domain: "",
  name: "RegexFullMatch",
  run(call) {
    const x = tensorInput(call, 0);
    const pattern = fromRe2(stringAttr(call.node, "pattern", ""));
    return [
      tensorFromNumbers(
        "bool",
        x.shape,
        stringsOf(x).map((text) => (pattern.test(text) ? 1 : 0)),
      ),
    ];
  },
};

/** RE2 differs in leading flag groups, the names of text anchors and of groups; the rest is common to both. */
function fromRe2(source: string): RegExp {
  const [prefix = "", flags = ""] = /^\(\?([imsU]+)\)/.exec(source) ?? [];
  const body = source
    .slice(prefix.length)
    .replace(/\(\?P</g, "(?<")
    .replace(/\\[Az]/g, (anchor) => (anchor === "\\A" ? "^" : "$"));
  const own = [...flags].filter((flag) => flag !== "U").join("");
  const whole = `^(?:${body})$`;
  try {
    return new RegExp(whole, `${own}u`);
  } catch {
    // Unicode mode refuses escapes of ordinary characters, which RE2 allows.
    return new RegExp(whole, own);
  }
}
