// Entry of the worker that cells run in, and of the threads that it starts for the runtime.
import { runCells } from "./cells";
import { isThread, serveRuntime } from "./threads";

if (isThread()) void serveRuntime();
else runCells();
