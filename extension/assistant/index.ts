// Tools by which assistants in VS Code work on the notebooks of this window, in the kernels that the person sees: what they are called
// with and what they say to models is in the manifest (`languageModelTools`).
import * as vscode from "vscode";
import type { Content } from "../../kernel/assistant/outputText";
import { actions, type Inputs } from "./actions";
import { confirmationOf } from "./confirmation";
import type { AssistantContext } from "./context";

/** Where this VS Code has no language models, nothing. */
export function registerTools(context: AssistantContext): vscode.Disposable {
  const { registerTool } = (vscode.lm as Partial<typeof vscode.lm> | undefined) ?? {};
  if (!registerTool) return new vscode.Disposable(() => {});
  const names = Object.keys(actions) as (keyof Inputs)[];
  return vscode.Disposable.from(...names.map((name) => registerTool(name, toolOf(context, name))));
}

function toolOf<T extends keyof Inputs>(
  context: AssistantContext,
  name: T,
): vscode.LanguageModelTool<Inputs[T]> {
  return {
    prepareInvocation: ({ input }) => confirmationOf(name, input),
    async invoke({ input }, token) {
      if (!vscode.workspace.isTrusted)
        throw new Error(
          `${name}: this folder is not trusted, and nothing runs in it; ask the user to trust it`,
        );
      const contents = await actions[name](context, input, token);
      return new vscode.LanguageModelToolResult(contents.flatMap(partOf));
    },
  };
}

/** Pictures of charts stand in words beside them. */
const partOf = (content: Content) =>
  content.type === "text" ? [new vscode.LanguageModelTextPart(content.text)] : [];
