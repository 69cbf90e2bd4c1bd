// "bnlab" as a library for web pages: all of it, on what a page or a worker lends.
import { setMachine } from "../machine/machine";
import { noFiles, webMachine } from "./machine";

export * from "../bnlab";

setMachine(webMachine(noFiles));
