// The notebook renderer of BN Lab's own outputs: tensors, progress bars, controls, errors. Draws elements; no script of an output runs.
import type { Comm } from "../../../kernel/protocol/index";
import { Mime } from "../../../kernel/protocol/mime";
import { asPanel, Controls } from "../controls";
import controlStyle from "../controls/style.css";
import type { OutputItem, RendererApi, RendererContext } from "../rendererApi";
import { asError, errorView } from "./errorView";
import { asBars, progressBars } from "./progressBars";
import style from "./style.css";
import { asSummary, tensorCard } from "./tensorCard";

export function activate(context?: RendererContext): RendererApi {
  const sheet = document.createElement("style");
  sheet.textContent = style + controlStyle;
  document.head.append(sheet);
  const controls = new Controls({ send: (comm) => context?.postMessage?.({ comm }) });
  context?.onDidReceiveMessage?.((message) => {
    const { comm } = message as { comm?: Comm };
    if (comm) controls.hear(comm);
  });
  return {
    renderOutputItem(item: OutputItem, element: HTMLElement): void {
      try {
        if (item.mime === Mime.control) {
          controls.draw(asPanel(item.json()), element);
          return;
        }
        if (item.mime === Mime.error) {
          element.replaceChildren(
            errorView(asError(item.json()), (open) => context?.postMessage?.({ open })),
          );
          return;
        }
        const drawn =
          item.mime === Mime.progress
            ? progressBars(asBars(item.json()))
            : tensorCard(asSummary(item.json()));
        element.replaceChildren(drawn);
      } catch (error) {
        element.textContent = error instanceof Error ? error.message : String(error);
      }
    },
    disposeOutputItem(): void {},
  };
}
