import assert from "node:assert/strict";
import { askPython } from "@/tools/setup/python.ts";
import { fakeCheckout } from "./fake_checkout.ts";

Deno.test("askPython() finds version and modules, though another Python's variables are set", async () => {
  Deno.env.set("PYTHONHOME", "/nowhere");
  try {
    const python = await askPython("python3");
    assert.equal(python?.hasVenv, true);
    assert.match(python!.version, /^3\.\d+$/);
  } finally {
    Deno.env.delete("PYTHONHOME");
  }
});

Deno.test("askPython() knows nothing of a missing Python, or a shim that leads nowhere", async () => {
  await using checkout = await fakeCheckout();
  await Deno.writeTextFile(checkout.pythonProgram, "#!/bin/bash\necho not found; exit 127\n");
  assert.equal(await askPython(checkout.pythonProgram), undefined);
  assert.equal(await askPython("no-such-python"), undefined);
});
