// The files that cells read and write: what the page brought along, what its reader adds, what cells have written. The reader downloads them.
import type { PageFile } from "../../../kernel/web/startKernel";
import { bytesText } from "../../../kernel/words";
import { element } from "../element";
import { button } from "./icon";
import { unpacked } from "./unpacked";
import { words } from "./words";

export class Files {
  /** Opens and closes the panel. */
  readonly button: HTMLButtonElement;
  readonly panel = element("section", "files");
  /** Hears of each file that the reader adds. */
  onAdd = (_: PageFile): void => {};
  /** Those that a reset leaves. */
  readonly #given = new Map<string, PageFile>();
  readonly #written = new Map<string, PageFile>();
  readonly #list = element("ul");
  readonly #note = element("p");
  readonly #count: HTMLElement;
  #addresses: string[] = [];

  constructor() {
    for (const carried of document.querySelectorAll<HTMLElement>("script.bnlab-file")) {
      const path = carried.dataset.path ?? "/";
      this.#given.set(path, { path, content: new Blob([unpacked(carried.textContent ?? "")]) });
    }
    this.button = button("files", words("Files"), words("The files that cells read and write"), () =>
      this.#open(this.panel.hasAttribute("hidden")),
    );
    this.#count = element("span", "count");
    this.button.append(this.#count);
    const chosen = document.createElement("input");
    chosen.type = "file";
    chosen.multiple = true;
    chosen.hidden = true;
    chosen.addEventListener("change", () => {
      this.#add(chosen.files ?? []);
      chosen.value = "";
    });
    const add = document.createElement("button");
    add.type = "button";
    add.textContent = words("Add files…");
    add.addEventListener("click", () => chosen.click());
    this.panel.setAttribute("aria-label", words("Files"));
    this.panel.append(this.#note, this.#list, add, chosen);
    this.#open(false);
    addEventListener("dragover", (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
    addEventListener("drop", (event) => {
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.#add(event.dataTransfer.files);
      this.#open(true);
    });
    this.#show();
  }

  get all(): PageFile[] {
    return [...new Map([...this.#given, ...this.#written]).values()];
  }

  /** Takes what a cell has written. */
  wrote(file: PageFile): void {
    this.#written.set(file.path, file);
    this.#show();
  }

  /** Forgets what cells have written. */
  reset(): void {
    this.#written.clear();
    this.#show();
  }

  #add(added: Iterable<File>): void {
    for (const content of added) {
      const file = { path: `/${content.name}`, content };
      this.#given.set(file.path, file);
      this.#written.delete(file.path);
      this.onAdd(file);
    }
    this.#show();
  }

  #open(isOpen: boolean): void {
    this.panel.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", String(isOpen));
  }

  #show(): void {
    const { all } = this;
    for (const address of this.#addresses) URL.revokeObjectURL(address);
    this.#addresses = all.map(({ content }) => URL.createObjectURL(content));
    this.#count.textContent = all.length > 0 ? String(all.length) : "";
    this.#note.textContent =
      all.length > 0
        ? words("Cells read and write these files. They stay until the page is closed; click to download.")
        : words(
            "No files yet. What you add here, or drop on the page, cells can read; what they write is here.",
          );
    this.#list.replaceChildren(
      ...all.map(({ path, content }, at) => {
        const name = path.slice(1);
        const link = document.createElement("a");
        link.href = this.#addresses[at]!;
        link.download = name.slice(name.lastIndexOf("/") + 1);
        link.textContent = name;
        const item = element("li");
        item.append(link, element("span", "size", bytesText(content.size)));
        return item;
      }),
    );
  }
}
