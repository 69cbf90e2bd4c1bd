// What people read, once for every room and client: numbers, sizes, times, tables, and text as HTML. No Node, no web page.
export { type CsvCell, csvLine } from "./csv";
export { escapeHtml } from "./html";
export { inLanguage, isLocalized, languageOf, localized, setLanguage, shownLanguage } from "./language";
export {
  bytesText,
  clockText,
  countText,
  percent,
  plural,
  proseNumber,
  rateText,
  secondsText,
  shortNumber,
} from "./numbers";
export { placeOf } from "./place";
export { alignedLines, htmlTable, textTable } from "./table";
