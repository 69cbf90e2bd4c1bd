// The door of this room: controls on any page that has a line to a kernel, VS Code's notebooks and web pages alike.
export { type ControlLine, Controls } from "./controls";
export { asPanel } from "./panel";
