// What the tools are called with, and the code that those run which look inside a model. No vscode here.

interface OfNotebook {
  /** Its path, or the end of it; the one in front if left out. */
  notebook?: string;
}

export interface Inputs {
  bnlab_read_notebook: OfNotebook & { cells?: number[] };
  bnlab_run_cells: OfNotebook & { cells?: number[]; seconds?: number };
  bnlab_run_code: OfNotebook & { code: string; seconds?: number };
  bnlab_variables: OfNotebook & { names?: string[]; of?: string };
  bnlab_tensor: OfNotebook & { name: string; member?: string; start?: number[]; size?: number[] };
  bnlab_lint: OfNotebook & { model: string; loader?: string };
  bnlab_probe_report: OfNotebook & { watch: string };
  bnlab_training: OfNotebook & { seconds?: number };
  bnlab_interrupt: OfNotebook;
}

/** The code of a tool that runs some, to be shown to the person; undefined of the others. */
export function codeOf<T extends keyof Inputs>(name: T, input: Inputs[T]): string | undefined {
  if (name === "bnlab_run_code") return (input as Inputs["bnlab_run_code"]).code;
  if (name === "bnlab_lint") {
    const { model, loader } = input as Inputs["bnlab_lint"];
    const about = [model, ...(loader === undefined ? [] : [loader])].map((each) => variable(name, each));
    return `(await import("bnlab")).probe.lint(${about.join(", ")})`;
  }
  if (name === "bnlab_probe_report") {
    const { watch } = input as Inputs["bnlab_probe_report"];
    return `${variable(name, watch)}.report()`;
  }
  return undefined;
}

/** @throws Error for more than a name: what runs is what the tool says. */
function variable(tool: string, name: string): string {
  if (/^[\p{L}_$][\p{L}\p{N}_$]*(\.[\p{L}_$][\p{L}\p{N}_$]*|\[\d+\])*$/u.test(name)) return name;
  throw new Error(`${tool}: expected a variable's name, as net or nets.withBN, got ${JSON.stringify(name)}`);
}
