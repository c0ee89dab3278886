import { define } from "../diagnostic.ts";

/** Reading and writing ONNX files (codes IO01xx). */
export const onnxDiagnostics = {
  unreadable: define<{ path: string; detail: string }>({
    code: "IO0101",
    message: ({ path, detail }) => `cannot read ${path}: ${detail}`,
    hint: () => "check the path and its permissions",
    explanation: "The file does not exist, is a folder, or the system refuses to read it.",
  }),
  emptyFile: define<{ path: string }>({
    code: "IO0102",
    message: ({ path }) => `${path} is empty`,
    hint: () => "fetch or export the model again",
    explanation: "The file has no bytes. An interrupted download or a failed export leaves such files behind.",
  }),
  lfsPointer: define<{ path: string; size: string | undefined }>({
    code: "IO0103",
    message: ({ path, size }) =>
      `${path} is a Git LFS pointer, not a model${size === undefined ? "" : ` (the model itself has ${size} bytes)`}`,
    hint: () => "run `git lfs pull` in the repository it comes from, then try again",
    explanation:
      "Git LFS keeps large files outside of the repository and leaves a text of three lines in their place. Without the LFS extension, or in an archive made by a web page, only that text arrives. `git lfs install` once, then `git lfs pull`, fetches the model.",
  }),
  otherFormat: define<{ path: string; format: string }>({
    code: "IO0104",
    message: ({ path, format }) => `${path} is not an ONNX model: it looks like ${format}`,
    hint: () => "export the model to ONNX and give that file",
    explanation: "The first bytes of the file are those of another format. Only ONNX models (ModelProto) are read.",
  }),
  truncated: define<{ message: string }>({
    code: "IO0105",
    message: ({ message }) => `the file ends inside a ${message}: it is cut off, damaged, or no ONNX file`,
    hint: () => "fetch or export the file again and compare its size with the source",
    explanation:
      "ONNX files are nested messages, each with its length. One of them reaches past the end of what surrounds it, which happens when a download was interrupted or bytes were changed.",
  }),
  malformed: define<{ message: string; detail: string }>({
    code: "IO0106",
    message: ({ message, detail }) => `not a valid ${message}: ${detail}`,
    hint: () => "the file is damaged or no ONNX file; fetch or export it again",
    explanation: "The bytes at the given offset do not follow the protobuf wire format.",
  }),
  nestedTooDeep: define<{ limit: number }>({
    code: "IO0107",
    message: ({ limit }) => `messages are nested more than ${limit} deep`,
    hint: () => "the file is damaged, or control flow is nested beyond what ONNX tools can read",
    explanation:
      "Each level of control flow nests three messages. The protobuf libraries of other languages stop at the same depth, so no other tool could read the file either.",
  }),
  tooManyParts: define<{ limit: number }>({
    code: "IO0108",
    message: ({ limit }) => `the file consists of more than ${limit} messages and strings`,
    hint: () => "the file is damaged, or no model",
    explanation: "A file of so many parts would fill the memory. Real models have fewer by far.",
  }),
  tooLarge: define<{ path: string; bytes: number }>({
    code: "IO0109",
    message: ({ path, bytes }) => `${path} has ${bytes} bytes, more than protobuf allows (2 GiB)`,
    hint: () => "store the weights as external data and try again",
    explanation:
      "A protobuf message cannot exceed 2 GiB. Larger models keep their weights in a file of their own beside the model.",
  }),
  noGraph: define<{ path: string }>({
    code: "IO0110",
    message: ({ path }) => `${path} holds no graph, so it is not an ONNX model`,
    hint: () => "check that the file is a model and not a tensor, a test input or another protobuf file",
    explanation: "The file can be read as protobuf, but the field that holds the graph is missing.",
  }),
  duplicateName: define<{ name: string; graph: string }>({
    code: "IO0120",
    message: ({ name, graph }) => `value "${name}" is defined twice in graph "${graph}"`,
    hint: () => "every value of a graph needs a name of its own; correct the tool that wrote the model",
    explanation:
      "A graph is in static single assignment form: each name is given once, by an input, an initializer or a node.",
  }),
  unknownInput: define<{ node: string; name: string; graph: string }>({
    code: "IO0121",
    message: ({ node, name, graph }) =>
      `${node} reads "${name}", which nothing in graph "${graph}" or around it defines`,
    hint: () => "the model is incomplete; correct the tool that wrote it",
    explanation:
      "Each input of a node names a graph input, an initializer or the output of a node, in its own graph or one around it.",
  }),
  unknownOutput: define<{ name: string; graph: string }>({
    code: "IO0122",
    message: ({ name, graph }) => `output "${name}" of graph "${graph}" is defined by nothing`,
    hint: () => "the model is incomplete; correct the tool that wrote it",
    explanation: "Each output of a graph names a value that the graph or one around it defines.",
  }),
  cycle: define<{ nodes: readonly string[]; value: string | undefined; graph: string }>({
    code: "IO0123",
    message: ({ nodes, value, graph }) =>
      `nodes of graph "${graph}" depend on each other in a circle: ${nodes.slice(0, 4).join(", ")}${nodes.length > 4 ? ` and ${nodes.length - 4} more` : ""}${value === undefined ? "" : `, through "${value}"`}`,
    hint: () => "a graph has no order of execution then; correct the tool that wrote the model",
    explanation: "Graphs are acyclic: a loop is written with the operators Loop and Scan.",
  }),
  badTensor: define<{ tensor: string; detail: string }>({
    code: "IO0124",
    message: ({ tensor, detail }) => `tensor "${tensor}": ${detail}`,
    hint: () => "the file is damaged or was written wrongly; export the model again",
    explanation:
      "Element type, dimensions and content of a tensor contradict each other, or the element type is not known.",
  }),
  badAttribute: define<{ node: string; attribute: string; detail: string }>({
    code: "IO0125",
    message: ({ node, attribute, detail }) => `attribute "${attribute}" of ${node}: ${detail}`,
    hint: () => "the model is written wrongly, or newer than this program",
    explanation: "The kind of an attribute is unknown, or its content is missing.",
  }),
  duplicateFunction: define<{ name: string }>({
    code: "IO0126",
    message: ({ name }) => `function ${name} is defined twice`,
    hint: () => "correct the tool that wrote the model",
    explanation: "Domain, name and overload together name one function of a model.",
  }),
  recursiveFunction: define<{ functions: readonly string[] }>({
    code: "IO0127",
    message: ({ functions }) => `function ${functions.join(" calls ")} calls ${functions[0] ?? ""}`,
    hint: () => "functions must not call themselves; correct the tool that wrote the model",
    explanation:
      "A call of a model-local function stands for its body. One that calls itself, directly or through others, never comes to an end; the specification forbids it. Loops are written with Loop and Scan.",
  }),
  tooManyCalls: define<{ nodes: number; limit: number }>({
    code: "IO0128",
    message: ({ nodes, limit }) =>
      `the calls of functions stand for ${nodes.toPrecision(3)} nodes, more than the ${limit} that are taken`,
    hint: () => "functions that call others several times multiply; correct the tool that wrote the model",
    explanation:
      "Runtimes replace each call of a model-local function by its body when they load a model. Functions that call functions several times, several levels deep, multiply beyond any memory.",
  }),
  externalPath: define<{ tensor: string; location: string; detail: string }>({
    code: "IO0130",
    message: ({ tensor, location, detail }) => `external data of "${tensor}" at "${location}": ${detail}`,
    hint: () => "external data must be a plain file in the folder of the model, or below it",
    explanation:
      "A model names the files that hold its weights. A path that is absolute, climbs out with `..` or follows a link out of the model's folder could read any file of the machine, so it is refused.",
  }),
  externalMissing: define<{ tensor: string; location: string; detail: string }>({
    code: "IO0131",
    message: ({ tensor, location, detail }) => `cannot read external data "${location}" of "${tensor}": ${detail}`,
    hint: () => "copy the data file into the folder of the model, under the name given here",
    explanation: "The model keeps weights in a file beside it, and that file is missing or not readable.",
  }),
  externalRange: define<{ tensor: string; location: string; detail: string }>({
    code: "IO0132",
    message: ({ tensor, location, detail }) => `external data of "${tensor}" in "${location}": ${detail}`,
    hint: () => "the data file is cut off or belongs to another model; fetch both again",
    explanation:
      "Offset and length of the tensor must lie inside of the data file, and the length must be that of its type and shape.",
  }),
  externalChanged: define<{ path: string }>({
    code: "IO0133",
    message: ({ path }) => `${path} changed while the model was in use`,
    hint: () => "let nothing write to the model's files and start again",
    explanation:
      "Weights are read from the data file when they are needed. The file is not the one that was there when the model was loaded.",
  }),
  externalWithoutFolder: define<{ tensor: string; location: string }>({
    code: "IO0134",
    message: ({ tensor, location }) =>
      `tensor "${tensor}" is in the file "${location}", but the model was given without a folder`,
    hint: () => "load the model from its file",
    explanation: "A model in memory cannot name files, because there is no folder they could be in.",
  }),
  overwritesInput: define<{ path: string }>({
    code: "IO0140",
    message: ({ path }) => `will not write over ${path}, which the model was read from`,
    hint: () => "choose another output file or folder",
    explanation: "Inputs are never overwritten: neither the model nor the files with its weights.",
  }),
  unwritable: define<{ path: string; detail: string }>({
    code: "IO0141",
    message: ({ path, detail }) => `cannot write ${path}: ${detail}`,
    hint: () => "check the folder, its permissions and the free space",
    explanation:
      "The system refused to write. Nothing was changed: results are written aside and take their name when they are complete.",
  }),
  tooLargeToWrite: define<{ bytes: number }>({
    code: "IO0142",
    message: ({ bytes }) => `the model takes ${bytes} bytes in one file, more than protobuf allows (2 GiB)`,
    hint: () => "write the weights as external data",
    explanation: "A protobuf message cannot exceed 2 GiB, so weights beyond that have to stand in a file of their own.",
  }),
} as const;
