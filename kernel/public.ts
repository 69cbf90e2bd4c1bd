// All that a cell imports as "bnlab".
export { clearOutput, type DisplayHandle, display } from "./session/display";
