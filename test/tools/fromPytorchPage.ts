// The page docs/from-pytorch.md, and the Chinese one: PyTorch's words beside ours, read from what both export.
import { readFileSync } from "node:fs";
import path from "node:path";
import * as bnlab from "../../kernel/bnlab";
import pytorch from "../fixtures/names.json" with { type: "json" };
import { differences } from "./fromPytorchWords";

const root = path.join(import.meta.dirname, "../..");
export const languages = ["en", "zh-cn"] as const;
type Language = (typeof languages)[number];
type Module = keyof typeof pytorch;

/** PyTorch's modules, and where their words are here: `x.` stands for methods of a tensor. */
const places: readonly [module: Module, ours: readonly [prefix: string, words: object][]][] = [
  [
    "torch",
    [
      ["", bnlab],
      ["x.", bnlab.Tensor.prototype],
    ],
  ],
  ["torch.nn", [["nn.", bnlab.nn]]],
  ["torch.nn.functional", [["nn.functional.", bnlab.nn.functional]]],
  ["torch.nn.init", [["nn.init.", bnlab.nn.init]]],
  ["torch.nn.utils", [["nn.utils.", bnlab.nn.utils]]],
  ["torch.nn.utils.rnn", [["nn.utils.rnn.", bnlab.nn.utils.rnn]]],
  ["torch.optim", [["optim.", bnlab.optim]]],
  ["torch.optim.lr_scheduler", [["optim.", bnlab.optim]]],
  ["torch.optim.swa_utils", [["optim.swaUtils.", bnlab.optim.swaUtils]]],
  ["torch.autograd", [["autograd.", bnlab.autograd]]],
  ["torch.autograd.functional", [["autograd.functional.", bnlab.autograd.functional]]],
  ["torch.utils.data", [["data.", bnlab.data]]],
];

/** Where PyTorch's whole module is near enough to ours that what is missing can be listed. */
const listsMissing = new Set<Module>([
  "torch.nn",
  "torch.nn.functional",
  "torch.nn.init",
  "torch.optim",
  "torch.optim.lr_scheduler",
]);

/** Words that PyTorch itself spells in one. */
const spelled: Readonly<Record<string, string>> = { logsigmoid: "logSigmoid" };

const camel = (name: string) =>
  spelled[name] ?? name.replace(/(?<=[^_])_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
const has = (words: object, name: string) => name in words && !(name in Object.prototype);

/** Returns the page's text. */
export function pageOf(language: Language): string {
  const guide = readFileSync(path.join(root, "test/tools", `fromPytorch.${language}.md`), "utf8").trim();
  const words = {
    en: ["PyTorch", "BN Lab", "what differs", "Not here"],
    "zh-cn": ["PyTorch", "BN Lab", "不同之处", "还没有"],
  }[language];
  const sections = places.map(([module, ours]) => {
    const names = [
      ...new Set([...pytorch[module], ...(module === "torch" ? pytorch["torch.Tensor"] : [])]),
    ].sort();
    const found = names.flatMap((name) => {
      const here = ours.flatMap(([prefix, of]) => (has(of, camel(name)) ? [`${prefix}${camel(name)}`] : []));
      return here.length > 0 ? [{ name, here }] : [];
    });
    const rows = found.map(({ name, here }) => {
      const note = here.flatMap((each) => differences[each.replace(/^x\./, "")]?.[language] ?? [])[0] ?? "";
      return `| \`${name}\` | ${here.map((each) => `\`${each}\``).join(" ")} | ${note} |`;
    });
    const taken = new Set(found.map(({ name }) => name));
    const missing = names.filter((name) => !taken.has(name) && isWord(module, name));
    return [
      `## ${module}`,
      "",
      `| ${words[0]} | ${words[1]} | ${words[2]} |`,
      "|---|---|---|",
      ...rows,
      ...(listsMissing.has(module) && missing.length > 0
        ? ["", `${words[3]}: ${missing.map((name) => `\`${name}\``).join(" ")}`]
        : []),
    ].join("\n");
  });
  return `${[guide, ...sections].join("\n\n")}\n`;
}

/** Whether PyTorch means it for users: its modules show their own imports as well, and shapes of arguments. */
function isWord(module: Module, name: string): boolean {
  if (
    /^(Lazy|boolean_dispatch|handle_torch|has_torch|assert_int|Callable|List|Optional|Tuple|Union|Counter|BroadcastingList)/.test(
      name,
    )
  )
    return false;
  if (module === "torch.nn.init") return name.endsWith("_");
  if (module === "torch.nn")
    return /^[A-Z]/.test(name) && !/^(DataParallel|Container|ParameterList)$/.test(name);
  if (module === "torch.optim" || module === "torch.optim.lr_scheduler")
    return /^[A-Z]/.test(name) && !/^(EPOCH|ReduceL)/.test(name);
  return /^[a-z]/.test(name) && !/^(warn|wraps|math|lru|in_|list_|sparse_|upsample)/.test(name);
}

export const pages: Readonly<Record<Language, string>> = {
  en: "docs/from-pytorch.md",
  "zh-cn": "docs/zh-cn/from-pytorch.md",
};
