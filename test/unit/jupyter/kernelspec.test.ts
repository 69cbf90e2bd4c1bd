// Where Jupyter keeps a user's kernels on each system.
import assert from "node:assert/strict";
import path from "node:path";
import { it } from "node:test";
import { userKernelsFolder } from "../../../kernel/jupyter/kernelspec";

it("the folder follows JUPYTER_DATA_DIR, then the system's own custom", () => {
  const home = path.join(path.sep, "home", "ada");
  const at = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform) => userKernelsFolder(env, platform, home);
  const under = (...parts: string[]) => path.join(home, ...parts, "kernels");
  assert.equal(at({}, "linux"), under(".local", "share", "jupyter"));
  assert.equal(at({ XDG_DATA_HOME: "/data" }, "linux"), path.join("/data", "jupyter", "kernels"));
  assert.equal(at({}, "darwin"), under("Library", "Jupyter"));
  assert.equal(at({ APPDATA: "/roaming" }, "win32"), path.join("/roaming", "jupyter", "kernels"));
  assert.equal(at({}, "win32"), under(".jupyter", "data"));
  for (const platform of ["linux", "darwin", "win32"] as const) {
    assert.equal(at({ JUPYTER_DATA_DIR: "/own", APPDATA: "/a" }, platform), path.join("/own", "kernels"));
  }
});
