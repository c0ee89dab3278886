import { define } from "../diagnostic.ts";

/** Problems of the command line and of config files. */
export const configDiagnostics = {
  unknownKey: define<{ key: string; nearest: string | undefined }>({
    code: "IO0901",
    exitCode: 2,
    message: ({ key }) => `unknown option "${key}"`,
    hint: ({ nearest }) =>
      nearest === undefined ? "`--help` after the command lists its options" : `did you mean "${nearest}"?`,
    explanation:
      "An option on the command line or a key of the config file is not known. The nearest known name is proposed.",
  }),
  badValue: define<{ key: string; value: string; expected: string }>({
    code: "IO0902",
    exitCode: 2,
    message: ({ key, value, expected }) => `option "${key}" is ${value}, but must be ${expected}`,
    hint: () => "`--help` after the command shows the form of each option",
    explanation: "The value of an option has the wrong type, is out of range, or is none of the allowed words.",
  }),
  unreadableConfig: define<{ detail: string }>({
    code: "IO0903",
    exitCode: 2,
    message: ({ detail }) => `the config file cannot be read: ${detail}`,
    hint: () => "it must be one JSON object; docs/infer-opt.schema.json describes it",
    explanation: "The file named by --config is missing, is not readable, or is not JSON.",
  }),
  conflict: define<{ detail: string; advice: string }>({
    code: "IO0904",
    exitCode: 2,
    message: ({ detail }) => detail,
    hint: ({ advice }) => advice,
    explanation: "Two options contradict each other, or one needs another that was not given.",
  }),
  unknownCode: define<{ code: string; nearest: string | undefined }>({
    code: "IO0905",
    exitCode: 2,
    message: ({ code }) => `there is no diagnostic "${code}"`,
    hint: ({ nearest }) => (nearest === undefined ? "docs/diagnostics.md lists them" : `did you mean "${nearest}"?`),
    explanation: "`infer-opt explain CODE` prints the long text of a diagnostic code such as IO0303.",
  }),
  outputUnwritable: define<{ path: string; detail: string }>({
    code: "IO0906",
    message: ({ path, detail }) => `cannot write ${path}: ${detail}`,
    hint: () => "check the folder and its rights, or choose another place with -o",
    explanation:
      "The output is written to a temporary file beside its place, synced and renamed. One of these steps failed; nothing was left half written.",
  }),
  modelMissing: define<{ model: string }>({
    code: "IO0907",
    exitCode: 1,
    message: ({ model }) => `model file not found: ${model}`,
    hint: () => "check the path",
    explanation: "The model named on the command line does not exist or is not a regular file.",
  }),
  constraintUnmet: define<{ detail: string }>({
    code: "IO0908",
    exitCode: 3,
    message: ({ detail }) => `no form meets every constraint: ${detail}`,
    hint: () => "the best form found so far was written; see the report for what each form reaches",
    explanation:
      "No form of the model met every constraint (--max-size, --max-latency, --max-memory, --min-throughput, --max-energy, --fail-if-slower). The message tells by how much each form that could be taken misses each, and which comes closest. The best form by --objective was written all the same, so that a long run never ends with nothing; the exit code is 3.",
  }),
  usage: define<{ detail: string; nearest: string | undefined }>({
    code: "IO0910",
    exitCode: 2,
    message: ({ detail }) => detail,
    hint: ({ nearest }) =>
      nearest === undefined ? "`infer-opt COMMAND --help` shows the form of a command" : `did you mean "${nearest}"?`,
    explanation:
      "The command line does not have the form of a command: an unknown command, an argument too many or too few, or an option without its value.",
  }),
  stoppedEarly: define<object>({
    code: "IO0911",
    exitCode: 130,
    message: () => "stopped before there was a result",
    hint: () => "finished trials are in the records; the next run goes on from there",
    explanation:
      "The run was asked to stop and to keep the best (q in the terminal interface), but no form of the model had been made yet besides the original. Nothing was written.",
  }),
  internal: define<{ detail: string }>({
    code: "IO0912",
    exitCode: 1,
    message: ({ detail }) => `internal error: ${detail}`,
    hint: () => "a bug; please report it with the model and the options",
    explanation:
      "Something failed that no model, data or option may make fail. The stack is printed by the command; files for pipelines (--junit, --job-summary) hold this line.",
  }),
  interrupted: define<{ readonly left?: string }>({
    code: "IO0909",
    exitCode: 130,
    message: () => "interrupted",
    hint: ({ left }) => left ?? "finished trials are in the records; the next run goes on from there",
    explanation:
      "The command was stopped with Ctrl-C or SIGTERM. What was measured is in the schedule cache; no half-written file is left.",
  }),
  baselineUnmet: define<{ baseline: string; detail: string }>({
    code: "IO0913",
    exitCode: 3,
    message: ({ baseline, detail }) => `not as good as ${baseline}: ${detail}`,
    hint: () => "the result was written; `infer-opt compare RESULT --baseline FILE` tells more",
    explanation:
      "With --baseline the result is held against the model that was shipped last: the same inputs and outputs, accuracy within --max-drop of its and, with --fail-if-slower, no lower speed beyond noise. One of these checks was not passed, or could not be made. The result was written all the same; the exit code is 3.",
  }),
  badLoadResult: define<{ detail: string }>({
    code: "IO0914",
    exitCode: 2,
    message: ({ detail }) => `the load result cannot be used: ${detail}`,
    hint: () => "`infer-opt bench MODEL --load --max-latency 100ms --percentile p99 --json > FILE` writes one",
    explanation:
      "--load-result names what `bench --load --json` wrote about the very model that is packaged: its batching, instances and threads go into the server's configuration. A result about another model, or one in which no rate held the limit, is refused.",
  }),
};
