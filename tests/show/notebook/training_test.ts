import assert from "node:assert/strict";
import { join } from "node:path";
import { watchRun } from "@/show/notebook/training.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { image, withFolder } from "../../data/fixtures.ts";
import { TINY } from "../../tiny.ts";

Deno.test("watchRun() trains nothing outside a notebook", () =>
  withFolder(async (runs) => {
    await assert.rejects(watchRun(TINY, { runs }), {
      name: "TypeError",
      message: /must run in a notebook on the Deno kernel, got none/,
    });
    assert.deepEqual(await Array.fromAsync(Deno.readDir(runs)), []);
  }));

/** What one cell showed: each message's type, place, HTML and alternative text. */
type Shown = readonly { type: string; id: string; html: string; alt: string }[];

/** What `watched_run.ts` prints. */
interface Watched {
  readonly stopped: { shown: Shown; name: string; message: string };
  readonly reached: number;
  readonly resumed: { shown: Shown; step: number; count: number };
  readonly many: { shown: Shown; seeds: number[]; setCount: number };
  readonly restarted: { shown: Shown; gap: number; kept: number; seconds: number };
  readonly compared: { shown: Shown };
  readonly resaved: { shown: Shown };
  readonly reopened: { shown: Shown; step: number; count: number };
}

let watched: Promise<Watched> | undefined;
/** Stops a run, resumes it and opens it again: once for all tests. */
const watchOnce = () => watched ??= watch();

/** The same in a separate process, which may receive SIGINT. */
async function watch(): Promise<Watched> {
  let printed = "";
  await withFolder(async (folder) => {
    const images = join(folder, "images");
    await Deno.mkdir(images);
    for (const [name, colour] of Object.entries({ a: "white", b: "grey", c: "#333" })) {
      const bytes = await image({ width: 8, height: 8, colour });
      await Deno.writeFile(join(images, `${name}.png`), bytes);
    }
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-all",
        "--no-check",
        join(import.meta.dirname!, "watched_run.ts"),
        join(folder, "runs"),
        images,
      ],
      cwd: PROJECT.root,
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    printed = new TextDecoder().decode(stdout);
  });
  return JSON.parse(printed);
}

Deno.test("watchRun() ends at the stop button with an abort that tells its step", async () => {
  const { stopped, reached } = await watchOnce();
  assert.equal(stopped.name, "AbortError");
  assert.equal(
    stopped.message,
    `Training stopped at step ${reached} of 4000; run it again to go on`,
  );
  assert.ok(reached > 0 && reached < 4000);
});

Deno.test("watchRun() draws the loss curves in one place while the run trains", async () => {
  const { stopped: { shown } } = await watchOnce();
  assert.deepEqual(shown[0], { ...shown[0], type: "display_data", html: "" });
  assert.ok(shown.length > 1);
  for (const { type, id, html } of shown.slice(1)) {
    assert.deepEqual([type, id], ["update_display_data", shown[0]!.id]);
    for (const term of ["loss", "image", "latent", "pose"]) assert.ok(html.includes(`●  ${term}<`));
  }
});

Deno.test("watchRun() resumes where it was stopped, and ends with the curves of all steps", async () => {
  const { reached, resumed } = await watchOnce();
  assert.deepEqual([resumed.step, resumed.count], [reached + 5, reached + 5]);
  assert.equal(resumed.shown.at(-1)!.alt, `Loss curves of ${reached + 5} steps`);
});

Deno.test("watchRun() draws the curves of a finished run and trains nothing", async () => {
  const { resumed, reopened } = await watchOnce();
  assert.deepEqual([reopened.step, reopened.count], [resumed.step, resumed.count]);
  // The empty display, then the curves.
  assert.equal(reopened.shown.length, 2);
  assert.deepEqual(reopened.shown[1]!.html, resumed.shown.at(-1)!.html);
});

Deno.test("watchRun() tells of a checkpoint that another program saved again", async () => {
  const { resaved } = await watchOnce();
  assert.match(
    resaved.shown.at(-1)!.html,
    /<p><b>Note: &quot;.*\.safetensors&quot; has the check sum of an earlier file, .*\.<\/b><\/p>/,
  );
});

Deno.test("watchRun() names the source of the images", async () => {
  const { reopened } = await watchOnce();
  assert.match(
    reopened.shown.at(-1)!.html,
    /<p>Images: images in &quot;images&quot;: [^<]+<\/p>$/,
  );
});

Deno.test("watchRuns() opens runs in turn in one place, then lists them by how they differ", async () => {
  const { many: { shown, seeds } } = await watchOnce();
  assert.deepEqual(seeds, [3, 4]);
  assert.equal(new Set(shown.map(({ id }) => id)).size, 1);
  assert.ok(shown.some(({ html }) => html.startsWith("<p>Run 2 of 2: seed 4</p>")));
  const { html, alt } = shown.at(-1)!;
  assert.equal(alt, "2 runs");
  const [, ...rows] = html.split("<tr>").map((row) => row.replaceAll(/<[^>]+>/g, "|"));
  assert.match(rows[1]!, /^\|seed 3\|\|3\|\|[\d.]+\|/);
  assert.match(rows[2]!, /^\|seed 4\|\|3\|\|[\d.]+\|/);
});

Deno.test("watchRuns() loads images that its runs share only once", async () => {
  assert.equal((await watchOnce()).many.setCount, 1);
});

Deno.test("watchRun() shows restarts in turn, then the best one's curves and realism gap", async () => {
  const { restarted: { shown, gap, kept, seconds } } = await watchOnce();
  const titles = shown.map(({ html }) => /^<p>(Restart [^<]*)<\/p>/.exec(html)?.[1]);
  assert.deepEqual([...new Set(titles)].filter((title) => title !== undefined), [
    "Restart 0, up to step 2",
    "Restart 1, up to step 2",
    `Restart ${kept}, up to step 5`,
  ]);
  const { html, alt } = shown.at(-1)!;
  assert.equal(alt, "Loss curves of 5 steps");
  assert.ok(
    html.includes(`<p>Restart ${kept}, the best of 2; all took ${Math.round(seconds)} s.</p>`),
  );
  const said = `<p>Realism gap ${
    gap.toFixed(2)
  }; at 0 views of unseen shapes look as real as images.</p>`;
  assert.ok(html.includes(said));
  assert.ok(html.includes("<b>In doubt: "));
});

Deno.test("watchRuns() lists realism gaps where there are any", async () => {
  const { restarted: { gap }, compared, many } = await watchOnce();
  const [header, first] = compared.shown.at(-1)!.html.split("<tr>").slice(1);
  assert.match(header!, /<th>realism gap<\/th>/);
  assert.ok(first!.includes(`<td>${gap.toFixed(2)} (in doubt)</td>`), first!);
  assert.doesNotMatch(many.shown.at(-1)!.html, /realism/);
});
