// The converter over a page's memory, with tslab's as the build has it: on stock TypeScript in place of its fork.
import { createRequire } from "node:module";
import type { CodeHost } from "../../../kernel/session/converter/codeHost";
import * as typescriptForTslab from "../../../kernel/session/converter/typescriptForTslab";
import { pageCodeHost } from "../../../kernel/session/page/codeHost";
import { pageFiles } from "./languagePage";

const require = createRequire(import.meta.url);
const fork = require.resolve("@tslab/typescript-for-tslab");
require.cache[fork] = Object.assign(new (require("node:module"))(fork), {
  filename: fork,
  loaded: true,
  exports: typescriptForTslab,
});
require("tslab/dist/converter"); // loaded so, it is what the converter imports
const { Converter } = await import("../../../kernel/session/converter/converter");

export const openedConverter = (more: Partial<CodeHost> = {}) =>
  new Converter({ ...pageCodeHost({ files: pageFiles }), ...more });
