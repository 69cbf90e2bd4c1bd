// How code that lets no message through hears of an interrupt: by an address that is there until then. A worker can ask for one in the
// middle of a loop; pages that are not isolated have nothing else. Chromium gives no such address to pages from `file://`.

export class StopSign {
  #address: string | undefined;
  /** Whether addresses can be asked for here; found out by the first. */
  #works: boolean | undefined;

  /** For the cell that comes next. */
  set(address: string): void {
    this.#address = address;
    this.#works ??= this.#isThere();
  }

  /** Whether the cell is to stop. Takes a millisecond. */
  readonly isUp = (): boolean => this.#works === true && !this.#isThere();

  #isThere(): boolean {
    const request = new XMLHttpRequest();
    try {
      request.open("GET", this.#address ?? "", false);
      request.send();
      return request.status === 200;
    } catch {
      return false;
    }
  }
}
