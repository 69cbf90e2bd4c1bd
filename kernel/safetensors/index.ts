// The door of kernel/safetensors: `import { safetensors } from "bnlab"`, the names of Python's safetensors.

export { loadFile, metadata, saveFile } from "./files";
export { load, type SaveOptions, save, type Tensors } from "./format";
