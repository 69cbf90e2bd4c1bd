// Every name that the manifest (package.json) and the code share, typed once; test/unit/extension/manifest.test.ts compares.

export const extensionId = "bnlab.bnlab";
export const controllerId = "bnlab";
export const controllerLabel = "BN Lab (TypeScript)";
export const notebookType = "jupyter-notebook";
export const languages = ["typescript", "javascript"];

/** The package in node_modules that VS Code's TypeScript server loads. */
export const quietCellsPlugin = "bnlab-quiet-cells";

export const Command = {
  openTutorial: "bnlab.openTutorial",
  newNotebook: "bnlab.newNotebook",
  restartKernel: "bnlab.restartKernel",
  showLog: "bnlab.showLog",
} as const;
export type Command = (typeof Command)[keyof typeof Command];

/** Under the section `bnlab`. */
export const settingSection = "bnlab";
export const Setting = { nodePath: "nodePath" } as const;

/** What a notebook says of the kernel it was made with; Jupyter's own words. */
export const kernelspec = { name: "bnlab", display_name: controllerLabel, language: "typescript" };

/** Without `language_info` VS Code saves no execution counts. */
export const notebookMetadata = { kernelspec, language_info: { name: kernelspec.language } };
