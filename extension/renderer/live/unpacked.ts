// What the exporter has packed: by gzip, and into base64, for a page is text.
import { gunzipSync } from "fflate";
import { bytesOfBase64 } from "../../../kernel/machine/base64";

export const unpacked = (packed: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(gunzipSync(bytesOfBase64(packed)));
