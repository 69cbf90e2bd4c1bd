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
  startTutorialOver: "bnlab.startTutorialOver",
  newNotebook: "bnlab.newNotebook",
  runAll: "bnlab.runAll",
  runStale: "bnlab.runStale",
  restartKernel: "bnlab.restartKernel",
  restartAndRunAll: "bnlab.restartAndRunAll",
  interruptKernel: "bnlab.interruptKernel",
  debugCell: "bnlab.debugCell",
  runByLine: "bnlab.runByLine",
  clearOutputs: "bnlab.clearOutputs",
  exportHtml: "bnlab.exportHtml",
  exportLive: "bnlab.exportLive",
  exportExecuted: "bnlab.exportExecuted",
  exportScript: "bnlab.exportScript",
  exportMarkdown: "bnlab.exportMarkdown",
  exportPdf: "bnlab.exportPdf",
  openScript: "bnlab.openScript",
  editCellTags: "bnlab.editCellTags",
  showVariables: "bnlab.showVariables",
  compareRuns: "bnlab.compareRuns",
  installJupyterKernel: "bnlab.installJupyterKernel",
  openWalkthrough: "bnlab.openWalkthrough",
  openTensor: "bnlab.openTensor",
  openTable: "bnlab.openTable",
  copyVariableName: "bnlab.copyVariableName",
  copyVariableValue: "bnlab.copyVariableValue",
  refreshVariables: "bnlab.refreshVariables",
  showLog: "bnlab.showLog",
} as const;
export type Command = (typeof Command)[keyof typeof Command];

/** Under the section `bnlab`. */
export const settingSection = "bnlab";
export const Setting = {
  nodePath: "nodePath",
  threads: "threads",
  parallelRuns: "parallelRuns",
  semicolonHidesValue: "semicolonHidesValue",
  memoryLimit: "memoryLimit",
  keepKernelMinutes: "keepKernelMinutes",
  askForKernelRestart: "askForKernelRestart",
  autosaveOutputs: "autosaveOutputs",
  chartTheme: "chartTheme",
  tutorialLanguage: "tutorialLanguage",
  shapeHints: "inlayHints.shapes",
  exportCode: "exportCode",
} as const;

/** The renderer of charts. */
export const chartRenderer = "bnlab-plotly";

/** The renderer of tensors, progress bars, controls and errors. */
export const outputsRenderer = "bnlab-outputs";

/** The view of a notebook's variables. */
export const variablesView = "bnlab.variables";
/** The view of the training that runs. */
export const trainingView = "bnlab.training";

/** The view of the tutorials. */
export const tutorialsView = "bnlab.tutorials";

/** Whether a notebook of this kernel has been in front: before that its views are empty, and hidden. */
export const hasNotebook = "bnlab.hasNotebook";
/** Whether the cells of the notebook in front run in this kernel; VS Code itself says so only after the first run. */
export const runsHere = "bnlab.runsHere";
/** Whether something has trained. */
export const hasTrained = "bnlab.hasTrained";

/** Whether cells of the notebook in front show what they would not show now. */
export const hasStaleCells = "bnlab.hasStaleCells";

export const walkthroughId = "start";
/** Contexts that tick off the walkthrough's steps. */
export const Milestone = {
  ranCell: "bnlab.ranCell",
  sawChart: "bnlab.sawChart",
  ranChangedCell: "bnlab.ranChangedCell",
  exported: "bnlab.exported",
} as const;
export type Milestone = (typeof Milestone)[keyof typeof Milestone];

/** The context that is set where there is no Node: a browser without a machine behind it. */
export const inBrowser = "bnlab.inBrowser";

/** What a notebook says of the kernel it was made with; Jupyter's own words. */
export const kernelspec = { name: "bnlab", display_name: controllerLabel, language: "typescript" };

/** Without `language_info` VS Code saves no execution counts. */
export const notebookMetadata = { kernelspec, language_info: { name: kernelspec.language } };
