import { define } from "../diagnostic.ts";

/** "; did you mean X?" where a near name is known. */
function suggestion(nearest: string | undefined): string {
  return nearest === undefined ? "" : `; did you mean "${nearest}"?`;
}

/** Problems with calibration and evaluation data (IO04xx). */
export const dataDiagnostics = {
  missingPath: define<{ path: string }>({
    code: "IO0401",
    message: ({ path }) => `no data at ${path}`,
    hint: () => "check the path; it may be an image folder, .npy, .npz, .jsonl or a folder of test_data_set_N",
    explanation: "The path given as calibration or evaluation data does not exist or cannot be read.",
  }),
  unknownKind: define<{ path: string }>({
    code: "IO0402",
    message: ({ path }) => `cannot tell what kind of data ${path} is`,
    hint: () => "give a folder of images, a .npy, .npz or .jsonl file, or a folder of test_data_set_N/input_K.pb",
    explanation:
      "Data is recognised by its name: `.npy`, `.npz` and `.jsonl` files, folders that hold `test_data_set_N`, and folders that hold jpg, png, webp or bmp pictures (directly or in sub-folders).",
  }),
  undecodableImage: define<{ file: string; detail: string }>({
    code: "IO0403",
    message: ({ file, detail }) => `cannot decode the picture ${file}: ${detail}`,
    hint: () => "remove or repair the file; jpg, png, webp and bmp are read",
    explanation: "A file with the name of a picture does not hold one, is cut short, or is of a kind that is not read.",
  }),
  wrongShape: define<{ input: string; expected: string; found: string; source: string }>({
    code: "IO0404",
    message: ({ input, expected, found, source }) =>
      `${source} has shape [${found}] for input "${input}", which takes [${expected}]`,
    hint: () => "the first axis counts samples, the others must be those of the input",
    explanation:
      "Arrays hold one sample per entry of the first axis. Where an array has one axis more than the input, each entry is a whole input; where it has as many, entries are grouped by the batch size of the model (1 where it is free).",
  }),
  wrongType: define<{ input: string; expected: string; found: string; source: string }>({
    code: "IO0405",
    message: ({ input, expected, found, source }) =>
      `${source} holds ${found} for input "${input}" of type ${expected}`,
    hint: ({ expected }) => `convert the data to ${expected}`,
    explanation:
      "Data is never converted silently between element types, except between numbers that keep their value.",
  }),
  unknownInput: define<{ name: string; nearest: string | undefined; inputs: readonly string[]; source: string }>({
    code: "IO0406",
    message: ({ name, nearest, source }) =>
      `${source} names "${name}", which is no input of the model${suggestion(nearest)}`,
    hint: ({ inputs }) => `inputs of the model: ${inputs.join(", ")}; leave out what it does not take`,
    explanation: "Arrays and fields are matched to the inputs of the model by name.",
  }),
  missingInput: define<{ name: string; source: string }>({
    code: "IO0407",
    message: ({ name, source }) => `${source} has nothing for input "${name}"`,
    hint: () => "every input of the model without a default value needs data",
    explanation: "A sample must feed every input of the model that has no default value.",
  }),
  malformedFile: define<{ file: string; detail: string }>({
    code: "IO0408",
    message: ({ file, detail }) => `${file} cannot be read: ${detail}`,
    hint: () => "write the file again with numpy.save, numpy.savez, or as one JSON object a line",
    explanation:
      "A data file does not have the layout its name promises, uses a feature that is not read (Fortran order, object arrays, encrypted archives), or is cut short.",
  }),
  empty: define<{ path: string }>({
    code: "IO0409",
    message: ({ path }) => `${path} holds no samples`,
    hint: () => "calibration takes at least one sample; 100 to 500 are usual",
    explanation: "The data was found, and there is no sample in it.",
  }),
  badPreprocess: define<{ spec: string; detail: string; nearest?: string | undefined }>({
    code: "IO0410",
    exitCode: 2,
    message: ({ spec, detail, nearest }) => `--preprocess "${spec}": ${detail}${suggestion(nearest)}`,
    hint: () =>
      "PRESET[,key=value...] with the presets imagenet-torchvision, tensorflow, caffe-bgr, none and the keys resize, crop, layout, order, scale, mean, std, label-offset",
    explanation:
      "A preprocessing spec is a comma-separated list: at most one preset, first, and `key=value` pairs that override it. Lists are written with colons. `out = (pixel*scale - mean)/std`, mean and std in the order of the output's channels. Example: `tensorflow,resize=182,crop=160`.",
  }),
  noImageInput: define<{ detail: string }>({
    code: "IO0411",
    message: ({ detail }) => `pictures cannot be fed to this model: ${detail}`,
    hint: () => "give .npz data with an array for each input, or crop=HxW and layout= in --preprocess",
    explanation:
      "Pictures feed a model whose one input has three or four axes, one of them with 1 or 3 channels. Where height and width are free, `crop=HxW` sets them; where the place of the channels cannot be told, `layout=nchw` or `layout=nhwc` does.",
  }),
  badLabel: define<{ source: string; detail: string }>({
    code: "IO0412",
    message: ({ source, detail }) => `${source}: ${detail}`,
    hint: () => "labels are whole numbers from 0, the index of the class in the model's output",
    explanation: "A label is the index of the right class. `labels.json` maps file names to such indices.",
  }),
  countMismatch: define<{ source: string; detail: string }>({
    code: "IO0413",
    message: ({ source, detail }) => `${source}: ${detail}`,
    hint: () => "all arrays of one archive must have the same number of samples",
    explanation: "The arrays of an archive are read side by side, so their first axes must count the same samples.",
  }),
  notGenerated: define<{ input: string; detail: string }>({
    code: "IO0414",
    message: ({ input, detail }) => `no sample can be generated for input "${input}": ${detail}`,
    hint: () => "give its shape with --sample-shape, or samples with --calib-data",
    explanation:
      "Without data, checks and timing feed generated samples. They are tensors whose rank and element type the model declares, and small enough to be held in memory several times. `optimize` goes on without them and reports the result as not measured.",
  }),
  unnamedArray: define<{ source: string; inputs: readonly string[] }>({
    code: "IO0416",
    message: ({ source, inputs }) =>
      `${source} holds one array without a name, and the model takes ${inputs.join(", ")}`,
    hint: ({ inputs }) => `write an .npz with an array for each: numpy.savez("data.npz", ${inputs[0]}=…, …)`,
    explanation:
      "A .npy file feeds models of one input. A model with several gets an .npz file with one array for each of them, named as the inputs.",
  }),
  labelsMissed: define<{ top1: number; classes: number; samples: number }>({
    code: "IO0415",
    severity: "warning",
    message: ({ top1, classes, samples }) =>
      `the original model is right on ${(top1 * 100).toFixed(2)} % of ${samples} labelled samples: no better than guessing among ${classes} classes`,
    hint: () => "check --preprocess and how labels are numbered (docs/data.md); until then --max-drop bounds nothing",
    explanation:
      "Accuracy of a form is judged by what it loses against the original. Where the original does not beat chance (by three standard deviations), there is nothing to lose, and a form that is ruined would be accepted. Most often the labels are numbered otherwise than the model's outputs (sub-folders are numbered in alphabetical order from 0; `labels.json` gives other numbers, `label-offset` shifts them), or the pictures are prepared otherwise than in training.",
  }),
} as const;
