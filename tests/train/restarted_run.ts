/** Restarts for `restarts_test.ts` to kill: trains into a folder, saying each step. */
import type { Method } from "@/method/method.ts";
import { METHODS } from "@/method/registry.ts";
import { trainRestarts } from "@/train/restarts.ts";
import { WORKED } from "../method/worked_method.ts";
import { tinyData } from "../tiny.ts";

(METHODS as Record<string, Method>).worked = WORKED;

const [out, config] = [Deno.args[0]!, JSON.parse(Deno.args[1]!)];
const onStep = () => console.log("step");
await trainRestarts(config, { ...tinyData(config), out, restarts: 3, resume: true, onStep });
