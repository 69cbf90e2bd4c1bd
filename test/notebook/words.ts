// What a reader sees of saved outputs: texts of charts, cells of tables; and the English words in them.
import { Mime } from "../../kernel/protocol";

/** Names of layers, methods, data and people, of code and of quantities, which Chinese prose writes in Latin letters too. */
const names = new Set(
  (
    "sigmoid Sigmoid tanh ReLU BN BatchNorm BatchNorm1d BatchNorm2d GroupNorm LayerNorm InstanceNorm RMSNorm BatchRenorm Dropout " +
    "SkipInit Dynamic Tanh SyncBN train eval requiresGrad_ PyTorch Keras Inception InceptionV2 Baseline ImageNet ResNet MNIST ICS Internal Covariate Shift batch mini " +
    "cos px dy dx He Wu Ioffe Szegedy Santurkar Luo Yang Li LeCun NaN Adam SGD " +
    "Sequential Flatten Linear Conv2d MaxPool2d bnlab bias true false eps affine momentum startDim endDim inFeatures outFeatures " +
    "trackRunningStats kernelSize stride padding running_mean running_var nn utils updateBn loader net new data DataLoader set " +
    "shuffle dropLast batchSize stateDict parameters strict gradcheck ipynb"
  ).split(" "),
);

/** Those that are no names; the article's own words, in quotation marks, and links are left out. */
export function englishIn(text: string): string[] {
  const own = text.replace(/“[^”]*”|%\{[^}]*\}|\[[^\]]*\]\([^)]*\)|`[^`]*`|&\w+;|\b\d\d-[a-z-]+/g, " ");
  return (own.match(/[A-Za-z][A-Za-z_]*\d?[a-z]*/g) ?? []).filter(
    (word) => word.length > 2 && !names.has(word),
  );
}

interface Output {
  data?: Record<string, unknown>;
}

/** Texts of charts in Plotly's figures, cells of tables in HTML and in Markdown. */
export function shownTexts(output: unknown): string[] {
  const { data = {} } = output as Output;
  const texts: string[] = [];
  if (Mime.plotly in data) figureTexts(data[Mime.plotly], texts);
  const html = textIn(data[Mime.html]);
  for (const [, cell] of html.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs))
    texts.push(cell!.replace(/<[^>]+>/g, " "));
  const markdown = textIn(data[Mime.markdown]);
  for (const line of markdown.split("\n")) {
    // The table of the article's passages shows their translation beside them.
    if (line.startsWith("|") && !line.includes("verdict-")) texts.push(...line.split("|"));
  }
  return texts;
}

const textIn = (value: unknown) =>
  Array.isArray(value) ? value.join("") : typeof value === "string" ? value : "";

const shown = new Set(["text", "name", "ticktext", "label", "hovertemplate", "prefix", "summary"]);

function figureTexts(value: unknown, texts: string[], isShown = false): void {
  if (typeof value === "string") {
    if (isShown) texts.push(value.replace(/<[^>]+>/g, " "));
  } else if (Array.isArray(value)) for (const each of value) figureTexts(each, texts, isShown);
  else if (typeof value === "object" && value !== null) {
    for (const [key, each] of Object.entries(value)) figureTexts(each, texts, shown.has(key));
  }
}
