// Writes the gallery of docs/charts.md, media/gallery/: one picture of each kind of chart, drawn without a browser. `npm run gallery`
import path from "node:path";
import { thisMachine } from "../../kernel/host/machine";
import { setMachine } from "../../kernel/machine/machine";
import { gallery } from "../browser/gallery";

setMachine(thisMachine);
const folder = path.join(import.meta.dirname, "../../media/gallery");
for (const [name, figure] of Object.entries(gallery())) figure.save(path.join(folder, `${name}.svg`));
