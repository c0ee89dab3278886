import { define } from "../diagnostic.ts";

/** Problems of running passes. */
export const pipelineDiagnostics = {
  passCrashed: define<{ pass: string; detail: string }>({
    code: "IO0301",
    severity: "warning",
    exitCode: 4,
    message: ({ pass, detail }) => `pass "${pass}" failed and was left out: ${detail}`,
    hint: () => "the model is as it was before the pass; please report this with the model if you can",
    explanation:
      "A pass ended with an error of its own. The model was rolled back to its state before the stage and the stage was run again without that pass, so the result is valid, but less optimized. With --strict this ends the command with exit code 4.",
  }),
  verifierFailed: define<{ pass: string; detail: string }>({
    code: "IO0302",
    severity: "warning",
    exitCode: 4,
    message: ({ pass, detail }) => `pass "${pass}" broke the graph and was rolled back: ${detail}`,
    hint: () => "the model is as it was before the pass; please report this with the model if you can",
    explanation:
      "After every pass that changed something, a list of small rules checks the graph: every value has one origin, is defined before it is read, chains agree in both directions, names are unique, constants have their declared types, and inputs and outputs of the model are the same as before. The named pass broke one of them and was left out.",
  }),
  numericMismatch: define<{ stage: string; pass: string; rule: string | undefined; detail: string }>({
    code: "IO0303",
    severity: "warning",
    exitCode: 4,
    message: ({ stage, pass, rule, detail }) =>
      `stage "${stage}" changed the results (${detail}); ${rule === undefined ? `pass "${pass}"` : `rule "${pass}/${rule}"`} was found guilty and left out`,
    hint: ({ pass, rule }) =>
      `to leave it out from the start: --skip-passes ${rule === undefined ? pass : `${pass}/${rule}`}`,
    explanation:
      "At the end of a stage the model is run on samples before and after, and the outputs are compared: bit by bit where the passes promise it, else by signal-to-noise ratio. They differed by more than that. The stage was run again, pass by pass and then rule by rule, until the one that causes the difference was found; it was switched off and everything else kept. With --strict this ends the command with exit code 4.",
  }),
  mismatchUnexplained: define<{ stage: string; detail: string }>({
    code: "IO0304",
    severity: "warning",
    exitCode: 4,
    message: ({ stage, detail }) => `stage "${stage}" changed the results (${detail}) and was undone`,
    hint: () => "run with --check each to see after which pass the results change",
    explanation:
      "The outputs after the stage differ from those before, and no single pass or rule could be switched off to cure it. The whole stage was undone.",
  }),
  noFixpoint: define<{ stage: string; rounds: number; cycle: boolean }>({
    code: "IO0305",
    severity: "note",
    message: ({ stage, rounds, cycle }) =>
      cycle
        ? `stage "${stage}" came back to an earlier form after ${rounds} rounds and was stopped`
        : `stage "${stage}" still found work after ${rounds} rounds and was stopped`,
    hint: () => "the result is valid; a further run may simplify it more",
    explanation:
      "The passes of a stage are repeated until none finds anything to do. The number of rounds is capped, and a structural hash of the graph finds passes that undo each other's work.",
  }),
  checkSkipped: define<{ reason: string }>({
    code: "IO0306",
    severity: "note",
    message: ({ reason }) => `numeric check left out: ${reason}`,
    hint: () => "give samples with --calib-data, or pin shapes with --shape, where that is the reason",
    explanation:
      "The numeric comparison needs to run the model. Here that was not possible or not wanted, so only the structural verifier and shape inference watched over the passes.",
  }),
  unknownPass: define<{ name: string; nearest: string | undefined }>({
    code: "IO0307",
    exitCode: 2,
    message: ({ name }) => `there is no pass "${name}"`,
    hint: ({ nearest }) => (nearest === undefined ? "`infer-opt passes` lists them" : `did you mean "${nearest}"?`),
    explanation:
      "`--passes` and `--skip-passes` take names of passes, or `pass/rule`, separated by commas. `infer-opt passes` lists all of them.",
  }),
  brokenStructure: define<{ rule: string; detail: string }>({
    code: "IO0308",
    message: ({ rule, detail }) => `the model is malformed (${rule}): ${detail}`,
    hint: () => "correct the tool or the script that wrote the model",
    explanation:
      "The graph as loaded breaks a structural rule: a value without origin, read before it is computed, two values of one name, or a constant whose content contradicts its declared type. Nothing is written.",
  }),
};
