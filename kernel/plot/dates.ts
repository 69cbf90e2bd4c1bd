// Points in time on an axis: dates as Plotly writes them, in UTC. Imports nothing outside this folder.
import { type Numbers, numbersOf } from "./numbers";
import type { Datum } from "./plotly";

/** Where points stand on an axis: numbers, or dates. */
export type Places = Numbers | readonly Date[];

/** The numbers, or the dates as text; a date that is none is a gap. */
export function placesOf(who: string, places: Places, name: string): ArrayLike<Datum> {
  return areDates(places) ? places.map(dateText) : numbersOf(who, places, name);
}

/** Whether there is a date among them. */
export const areDates = (places: Places): places is readonly Date[] =>
  Array.isArray(places) && places.some((place) => place instanceof Date);

/** `2026-11-28 13:05`, down to what is not zero. A `Date` in place of a number, else the number itself. */
export function dateText(place: Date | number): Datum {
  if (!(place instanceof Date)) return place;
  if (Number.isNaN(place.getTime())) return null;
  return place
    .toISOString()
    .replace("T", " ")
    .replace(/Z$/, "")
    .replace(/\.000$/, "")
    .replace(/:00$/, "")
    .replace(/ 00:00$/, "");
}

/** Milliseconds since 1970 of what `dateText` wrote, or of the other forms of a date that Plotly knows; NaN of others. */
export const millisecondsOf = (text: string): number =>
  isDate(text) ? Date.parse(`${text.trim().replace(" ", "T")}${text.length > 10 ? "Z" : ""}`) : Number.NaN;

/** Whether there is a date among them: its axis is one of dates. */
export const haveDates = (places: ArrayLike<Datum>): boolean => Array.isArray(places) && places.some(isDate);

/** Whether a coordinate is a date. */
export const isDate = (place: unknown): place is string =>
  typeof place === "string" && /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?$/.test(place);
