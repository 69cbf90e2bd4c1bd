// The viewer of tensors: its page asks for the boxes that are seen, this asks the kernel.
import * as vscode from "vscode";
import { maxElements } from "../../kernel/protocol";
import { bytesText, csvLine } from "../../kernel/words";
import { Command } from "../ids";
import type { KernelController } from "../notebook/kernelController";
import type { BoxRequest, FromViewer, ToViewer, ViewerWords } from "../renderer/tensorViewer/messages";
import { copyText, saveText } from "./saveText";
import type { VariableStore } from "./variableStore";
import { titleOf, type Viewer, ViewerPanels } from "./viewerPanels";

export class TensorViewers extends ViewerPanels<FromViewer> {
  constructor(extensionUri: vscode.Uri, controller: KernelController, store: VariableStore) {
    super(extensionUri, controller, store, {
      ...{ viewType: "bnlab.tensor", page: "tensorViewer", icon: "tensor", words },
      told: (place, { type, shape, dtype, bytes }) => {
        if (!shape || dtype === undefined) return undefined;
        const size = bytes === undefined ? "" : bytesText(bytes);
        const tensor = { name: titleOf(place), type, shape, dtype, bytes: size };
        return { type: "tensor", tensor } satisfies ToViewer;
      },
      receive: (viewer, message) => this.#receive(viewer, message),
    });
  }

  async #receive(viewer: Viewer, message: FromViewer): Promise<void> {
    if (message.type === "ready") return this.tell(viewer);
    if (message.type === "rows") {
      const { name, member } = viewer.place;
      const argument = member === undefined ? { name } : { name: member, owner: name };
      await vscode.commands.executeCommand(Command.openTable, argument);
      return;
    }
    if (message.type !== "ask") return this.#give(viewer, message);
    const post = (answer: ToViewer) => void viewer.panel.webview.postMessage(answer);
    const { id, request } = message;
    try {
      post({ type: "box", id, box: await this.ask(viewer, "tensor_request", request) });
    } catch (error) {
      post({ type: "refused", id, message: (error as Error).message });
    }
  }

  async #give(viewer: Viewer, { type, at, shape }: Extract<FromViewer, { at: number[] }>): Promise<void> {
    const lines: string[] = [];
    try {
      for (const { width, ...request } of boxes(at, shape)) {
        const { values, dtype } = await this.ask(viewer, "tensor_request", request);
        const cells = dtype === "bool" ? values.map((value) => value !== 0) : values;
        for (let from = 0; from < cells.length; from += width)
          lines.push(csvLine(cells.slice(from, from + width)));
      }
      const name = [titleOf(viewer.place), ...at].join(" ");
      const text = `${lines.join("\r\n")}\r\n`;
      if (type === "export") await saveText({ name, ending: "csv", kind: "CSV" }, text);
      else await copyText(text, lines.length);
    } catch (error) {
      void vscode.window.showErrorMessage((error as Error).message);
    }
  }
}

/** Rows and columns, a line a row: in as many boxes as they take. */
function* boxes(at: readonly number[], shape: readonly number[]): Generator<BoxRequest & { width: number }> {
  const [rows, width] = shape.length < 2 ? [shape[0] ?? 1, 1] : [shape.at(-2)!, shape.at(-1)!];
  const ones = at.map(() => 1);
  const high = Math.max(1, Math.floor(maxElements / Math.max(1, width)));
  for (let row = 0; row < rows; row += high) {
    const size = Math.min(high, rows - row);
    if (shape.length < 2) yield { start: shape.map(() => row), size: shape.map(() => size), width };
    else {
      for (let column = 0; column < width; column += maxElements) {
        const across = Math.min(maxElements, width - column);
        yield { start: [...at, row, column], size: [...ones, size, across], width: across };
      }
    }
  }
}

function words(): ViewerWords {
  return {
    table: vscode.l10n.t("Table"),
    heatmap: vscode.l10n.t("Heat Map"),
    histogram: vscode.l10n.t("Histogram"),
    images: vscode.l10n.t("Images"),
    dimension: vscode.l10n.t("Dimension {0}"),
    waiting: vscode.l10n.t("A cell is running. The numbers come when it pauses or ends."),
    empty: vscode.l10n.t("This tensor has no elements."),
    noneFinite: vscode.l10n.t("No element is finite."),
    elements: vscode.l10n.t("{0} elements"),
    sampled: vscode.l10n.t("every {0}th row, every {1}th column"),
    bin: vscode.l10n.t("{0} to {1}: {2}"),
    image: vscode.l10n.t("Image {0}"),
    previous: vscode.l10n.t("Previous Images"),
    next: vscode.l10n.t("Next Images"),
    range: vscode.l10n.t("{0} to {1} of {2}"),
    min: vscode.l10n.t("min"),
    max: vscode.l10n.t("max"),
    mean: vscode.l10n.t("mean"),
    std: vscode.l10n.t("std"),
    infinite: vscode.l10n.t("infinite"),
    goTo: vscode.l10n.t("Go to {0}"),
    goToHelp: vscode.l10n.t("Go to an index: a whole number for each dimension, negative ones from the end"),
    noIndex: vscode.l10n.t("Expected a whole number for each dimension of {0}, within it."),
    copy: vscode.l10n.t("Copy"),
    export: vscode.l10n.t("Export CSV…"),
    rows: vscode.l10n.t("Sort and Filter"),
    rowAxis: vscode.l10n.t("down: dimension {0}"),
    columnAxis: vscode.l10n.t("across: dimension {0}"),
    countAxis: vscode.l10n.t("Elements in each bin"),
  };
}
