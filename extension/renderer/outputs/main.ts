// The notebook renderer of BN Lab's own outputs: tensors, and progress bars. Draws elements; no script of an output runs.
import { Mime } from "../../../kernel/protocol/mime";
import type { OutputItem, RendererApi } from "../rendererApi";
import { asBars, progressBars } from "./progressBars";
import style from "./style.css";
import { asSummary, tensorCard } from "./tensorCard";

export function activate(): RendererApi {
  const sheet = document.createElement("style");
  sheet.textContent = style;
  document.head.append(sheet);
  return {
    renderOutputItem(item: OutputItem, element: HTMLElement): void {
      try {
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
