import { define } from "../diagnostic.ts";

/** Problems of the schedule cache. */
export const scheduleDiagnostics = {
  damagedLine: define<{ line: number; detail: string }>({
    code: "IO0801",
    severity: "warning",
    message: ({ line, detail }) => `line ${line} of the schedule cache is not a record and was left out: ${detail}`,
    hint: () => "delete the line, or leave it: every other record is used",
    explanation:
      "A schedule cache holds one JSON object a line. A torn last line (the machine stopped while it was written) is expected and ignored; a damaged line elsewhere is reported and left out. Every other record stays usable.",
  }),
  unreadable: define<{ detail: string }>({
    code: "IO0802",
    message: ({ detail }) => `the schedule cache cannot be read or written: ${detail}`,
    hint: () => "check the path and the rights of its folder",
    explanation:
      "Records are read from, and appended to, the file named by --records or `<stem>.schedule.jsonl` beside the output.",
  }),
  missingRecord: define<{ what: string }>({
    code: "IO0803",
    exitCode: 6,
    message: ({ what }) => `--reproducible: ${what} is not in the given files, and nothing may be measured`,
    hint: () => "run once without --reproducible on the device and keep the .schedule.jsonl and .calib.json it writes",
    explanation:
      "With --reproducible the result follows from model, options, seed, calib.json and records alone. Something that would have to be measured or calibrated anew was missing from them, or belongs to another model, other options or another version of this tool.",
  }),
};
