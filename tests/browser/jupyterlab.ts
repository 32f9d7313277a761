/**
 * JupyterLab as its users meet it: `deno task lab`, two notebooks in Chromium, training that is
 * stopped, a shape that is turned. It takes minutes, so only `deno task test:browser` runs it.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { PROJECT } from "@/tools/setup/layout.ts";
import { NAMES, NOTEBOOKS } from "../notebooks.ts";
import { browserTest, launch } from "./chromium.ts";

/** Notebooks are copied to such a folder, so that neither they nor `figures/` change. */
const COPIES = "browser-test-";

/** What the kernels read: minutes of training, on drawings made here. */
const ENVIRONMENT = {
  SHAPES_PRESET: "quick",
  SHAPES_DATA: "embedded-digits:1,embedded-garments:1",
  JUPYTER_TOKEN: "browser-test",
};

/** Longer than any single thing here takes on two busy cores. */
const PATIENCE = { timeout: 240_000 };

/** Longer than a viewer takes to be drawn finely. */
const STILL_MILLISECONDS = 2000;

/** Lays a small project inside the notebooks' folder, where JupyterLab and the import map reach it. */
async function copyNotebook(name: string): Promise<string> {
  for await (const { name } of Deno.readDir(NOTEBOOKS)) { // left by a test that was killed
    if (name.startsWith(COPIES)) await Deno.remove(join(NOTEBOOKS, name), { recursive: true });
  }
  const folder = await Deno.makeTempDir({ dir: NOTEBOOKS, prefix: COPIES });
  for (const inner of ["notebooks", "data", "figures"]) await Deno.mkdir(join(folder, inner));
  await Deno.symlink(
    join(PROJECT.root, "data", "checkpoints"),
    join(folder, "data", "checkpoints"),
  );
  await Deno.copyFile(join(NOTEBOOKS, name), join(folder, "notebooks", name));
  return folder;
}

/** Starts `deno task lab` on a free port; gives its address and what ends it. */
async function startLab(folder: string): Promise<{ address: string; end: () => Promise<void> }> {
  const listener = Deno.listen({ port: 0 });
  const { port } = listener.addr;
  listener.close();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "task",
      "lab",
      "--no-browser",
      "--port",
      String(port),
      "--data-dir",
      join(folder, "data"),
    ],
    cwd: PROJECT.root,
    env: ENVIRONMENT,
    stdout: "null",
    stderr: "null",
  }).spawn();
  const address = `http://127.0.0.1:${port}`;
  const ask = (path: string, method = "GET") =>
    fetch(`${address}${path}?token=${ENVIRONMENT.JUPYTER_TOKEN}`, { method })
      .then(async (response) => (await response.body?.cancel(), response.ok), () => false);
  const end = async () => {
    await ask("/api/shutdown", "POST");
    await child.status;
  };
  const ended = child.status.then(({ code }) => assert.fail(`lab ended with code ${code}`));
  while (!await Promise.race([ask("/api/status"), ended])) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return { address, end };
}

/** Waits for a notebook and its kernel: JupyterLab does not end while a kernel starts. */
async function waitForKernel(page: Page): Promise<void> {
  await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor(PATIENCE);
  await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor(PATIENCE);
}

/** Opens a notebook of the folder and waits for its kernel. */
async function openNotebook(page: Page, address: string, folder: string, name: string) {
  const path = `${folder.slice(NOTEBOOKS.length + 1)}/notebooks/${name}`;
  await page.goto(`${address}/lab/tree/${path}?token=${ENVIRONMENT.JUPYTER_TOKEN}`);
  await waitForKernel(page);
}

/** Chooses an entry of a menu. */
async function choose(page: Page, menu: string, command: string): Promise<void> {
  await page.locator(".lm-MenuBar-item", { hasText: menu }).first().click();
  await page.locator(`.lm-Menu-item[data-command="${command}"]`).click();
}

/** Runs a test with JupyterLab in Chromium on a copy of a notebook, and ends all of it. */
async function withLab(name: string, body: (page: Page) => Promise<void>): Promise<void> {
  const folder = await copyNotebook(name);
  const lab = await startLab(folder);
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1300, height: 1400 } });
    await openNotebook(page, lab.address, folder, name);
    await body(page);
  } finally {
    await browser.close();
    await lab.end();
    await Deno.remove(folder, { recursive: true });
  }
}

browserTest(
  "JupyterLab opens on the list of the notebooks, rendered, and its links open them",
  async () => {
    const folder = await copyNotebook("00-quickstart.ipynb");
    const lab = await startLab(folder);
    const browser = await launch();
    try {
      const page = await browser.newPage({ viewport: { width: 1300, height: 1000 } });
      // A workspace of its own: the default one brings back what was open before.
      await page.goto(`${lab.address}/?token=${ENVIRONMENT.JUPYTER_TOKEN}`);
      const { pathname } = new URL(page.url());
      assert.equal(pathname, "/lab/tree/README.md");
      const workspace = pathname.replace("/lab/", "/lab/workspaces/browser-test/");
      await page.goto(`${lab.address}${workspace}?reset`);
      const list = page.locator(".jp-MarkdownViewer");
      await list.locator("img").nth(NAMES.length - 1).waitFor(PATIENCE);
      const widths = () =>
        list.locator("img").evaluateAll((images) =>
          images.map((image) => (image as HTMLImageElement).naturalWidth)
        );
      while ((await widths()).some((width) => width === 0)) await page.waitForTimeout(200);
      assert.deepEqual(await widths(), NAMES.map(() => 320));
      await list.getByText("00: Quickstart").click();
      await waitForKernel(page);
    } finally {
      await browser.close();
      await lab.end();
      await Deno.remove(folder, { recursive: true });
    }
  },
);

browserTest(
  "00-quickstart runs in JupyterLab, and its shape is turned by hand",
  () =>
    withLab("00-quickstart.ipynb", async (page) => {
      await choose(page, "Edit", "editmenu:clear-all");
      await choose(page, "Run", "runmenu:run-all");
      const viewer = page.locator(".jp-OutputArea-output .voxel-viewer");
      const canvas = viewer.locator("canvas");
      await canvas.waitFor(PATIENCE);
      assert.ok(await page.locator(".jp-OutputArea-output img").count() >= 2, "figures");
      await canvas.scrollIntoViewIfNeeded();
      await page.waitForTimeout(STILL_MILLISECONDS);
      const caption = () => viewer.locator(".caption").textContent();
      assert.equal(await caption(), "searched pose · 0° · elevation 30°");
      const before = await canvas.screenshot();
      const { x, y, width, height } = (await canvas.boundingBox())!;
      await page.mouse.move(x + width / 2, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + width / 2 + 80, y + height / 2 - 40, { steps: 8 });
      await page.mouse.up();
      assert.notEqual(await caption(), "searched pose · 0° · elevation 30°");
      await page.waitForTimeout(STILL_MILLISECONDS);
      assert.ok(!before.equals(await canvas.screenshot()), "it looks different");
      // What has been clicked has the keys; the notebook does not go on to another cell by them.
      const prompt = page.locator(".jp-Notebook .jp-Cell.jp-mod-active .jp-InputPrompt");
      const selected = await prompt.innerText();
      await page.keyboard.press("0");
      await page.keyboard.press("ArrowDown");
      assert.equal(await caption(), "searched pose · 0° · elevation 45°");
      assert.equal(await prompt.innerText(), selected);
    }),
);

browserTest(
  "03-training draws its loss as it falls, stops when asked, and keeps its kernel",
  () =>
    withLab("03-training.ipynb", async (page) => {
      await choose(page, "Edit", "editmenu:clear-all");
      const cells = page.locator(".jp-Notebook .jp-CodeCell");
      for (const index of [0, 1, 2]) { // imports, parameters, training
        await cells.nth(index).locator(".jp-InputArea-editor").click(PATIENCE);
        await page.keyboard.press("Shift+Enter");
      }
      const training = cells.nth(2);
      const chart = training.locator(".jp-OutputArea-output svg").first();
      await chart.waitFor(PATIENCE);
      const drawings = new Set<string>();
      while (drawings.size < 4) {
        drawings.add(await chart.innerHTML());
        await page.waitForTimeout(300);
      }
      await page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
      const words = training.locator(".jp-OutputArea-output", { hasText: "Training stopped at" });
      await words.waitFor(PATIENCE);
      assert.match(await words.innerText(), /stopped at step \d+ of 1000; run it again to go on/);

      await page.keyboard.press("Escape");
      await page.keyboard.press("b"); // a new cell
      await page.keyboard.press("Enter");
      await page.keyboard.type("`${config.filters} filters`");
      await page.keyboard.press("Shift+Enter");
      // The kernel still knows what it knew.
      await page.locator(".jp-OutputArea-output", { hasText: "32 filters" }).waitFor(PATIENCE);
    }),
);
