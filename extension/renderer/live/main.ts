// A notebook that runs in its page: the script of what `bnlab export --live` writes.
import "../controls/style.css";
import "../outputs/style.css";
import "./style.css";
import { setLanguage as setWords } from "../../../kernel/words";
import { setLanguage } from "../localize";
import { startEngine } from "./engine";
import { LivePage } from "./livePage";
import { savedPage } from "./savedPage";

setLanguage(document.documentElement.lang);
setWords(document.documentElement.lang);
new LivePage(savedPage(), startEngine);
