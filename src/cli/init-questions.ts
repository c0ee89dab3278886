/** One of the questions that a first config file is made from. */
export interface InitQuestion {
  /** Key of the option. */
  readonly key: "target" | "calibData" | "preprocess" | "maxDrop" | "output";
  readonly flag: string;
  readonly question: string;
  /** What is taken for an empty answer; undefined leaves the option out. */
  readonly fallback: string | undefined;
  /** Above the key in the file. */
  readonly comment: string;
}

/** The five questions, in their order. */
export const initQuestions: readonly InitQuestion[] = [
  {
    key: "target",
    flag: "--target <id>",
    question: "Where will the model run? onnxruntime, or cpu for kernels tuned on this machine",
    fallback: "onnxruntime",
    comment: "where the model will run: `infer-opt targets` lists what was found here",
  },
  {
    key: "calibData",
    flag: "--calib-data <path>",
    question: "Folder or file with samples to calibrate INT8 on (empty: stay in float)",
    fallback: undefined,
    comment: "samples like those the model will see; INT8 is tried only with them (docs/data.md)",
  },
  {
    key: "preprocess",
    flag: "--preprocess <text>",
    question: "How are pictures prepared? imagenet-torchvision, tensorflow, caffe-bgr, none, or scale=...,mean=...",
    fallback: undefined,
    comment: "what turns a picture into the model's input",
  },
  {
    key: "maxDrop",
    flag: "--max-drop <share>",
    question: "How much accuracy may be lost",
    fallback: "1%",
    comment: "a form that loses more is not written",
  },
  {
    key: "output",
    flag: "-o, --output <path>",
    question: "Folder for the results",
    fallback: "optimized",
    comment: "the model and its companions: report, records, calibration",
  },
];
