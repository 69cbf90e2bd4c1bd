#!/usr/bin/env node
// Stands where @vscode/test-electron expects desktop VS Code's executable; shim.ts does the work.
import { register } from "tsx/esm/api";

register();
await import("./shim.ts");
