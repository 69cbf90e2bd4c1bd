// The converter with Node's disk: loaded late, for TypeScript takes most of a start.
import { Converter } from "../converter/converter";
import { nodeCodeHost } from "./codeHost";

/** @param folder the notebook's. */
export const nodeConverter = (folder: string): Converter => new Converter(nodeCodeHost(folder));
