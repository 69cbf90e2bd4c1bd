// "bnlab" in a browser: all of it, on what a page or a worker lends.
import { setMachine } from "../machine/machine";
import { webMachine } from "./machine";

export * from "../bnlab";

setMachine(webMachine);
