import type { ReferenceOp } from "../../types.ts";
import { concatFromSequence } from "./concat-from-sequence.ts";
import { optional, optionalGetElement, optionalHasElement } from "./optional.ts";
import { regexFullMatch } from "./regex-full-match.ts";
import { sequenceAt } from "./sequence-at.ts";
import { sequenceConstruct } from "./sequence-construct.ts";
import { sequenceEmpty } from "./sequence-empty.ts";
import { sequenceErase } from "./sequence-erase.ts";
import { sequenceInsert } from "./sequence-insert.ts";
import { sequenceLength } from "./sequence-length.ts";
import { sequenceMap } from "./sequence-map.ts";
import { splitToSequence } from "./split-to-sequence.ts";
import { stringConcat } from "./string-concat.ts";
import { stringNormalizer } from "./string-normalizer.ts";
import { stringSplit } from "./string-split.ts";
import { tfIdfVectorizer } from "./tf-idf-vectorizer.ts";

/** Sequences, optionals and strings. */
export const sequenceOps: readonly ReferenceOp[] = [
  concatFromSequence,
  optional,
  optionalGetElement,
  optionalHasElement,
  regexFullMatch,
  sequenceAt,
  sequenceConstruct,
  sequenceEmpty,
  sequenceErase,
  sequenceInsert,
  sequenceLength,
  sequenceMap,
  splitToSequence,
  stringConcat,
  stringNormalizer,
  stringSplit,
  tfIdfVectorizer,
];
