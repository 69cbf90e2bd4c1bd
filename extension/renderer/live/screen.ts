// When changes are shown: at the screen's rate, and no more often than the page can draw them.

/** How many times as long as it draws the page is left to its reader. */
const share = 3;

export class Screen<Place> {
  readonly #show: (place: Place) => void;
  readonly #changed = new Set<Place>();
  #isAsked = false;
  #next = 0;

  constructor(show: (place: Place) => void) {
    this.#show = show;
  }

  ask(places: Iterable<Place>): void {
    for (const place of places) this.#changed.add(place);
    if (this.#isAsked) return;
    this.#isAsked = true;
    setTimeout(
      () => requestAnimationFrame(() => this.showNow()),
      Math.max(0, this.#next - performance.now()),
    );
  }

  showNow(): void {
    this.#isAsked = false;
    const start = performance.now();
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const place of changed) this.#show(place);
    const end = performance.now();
    this.#next = end + share * (end - start);
  }
}
