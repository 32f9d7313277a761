import assert from "node:assert/strict";
import { join } from "node:path";
import { availableData } from "@/data/fallback.ts";
import { gzipped, withFolder, withServer } from "./fixtures.ts";

/** Runs a test with an empty data folder and a server without files; counts requests. */
async function offline(
  body: (options: { dataDir: string; mirrors: Record<string, string[]> }, asked: string[]) =>
    | Promise<void>
    | void,
): Promise<void> {
  await withFolder(async (dataDir) => {
    const asked: string[] = [];
    const answer = (request: Request) => {
      asked.push(new URL(request.url).pathname);
      return new Response(null, { status: 404 });
    };
    await withServer(answer, async (address) => {
      const mirrors = {
        "mnist": [`${address}/m`],
        "fashion-mnist": [`${address}/f`],
        "modelnet40": [`${address}/n`],
      };
      await body({ dataDir, mirrors }, asked);
    });
  });
}

/** A notice's reason for one set. */
const reason = (dataDir: string, name: string, address: string) =>
  `Cannot download "${dataDir}/${name}/train-images-idx3-ubyte.gz": one of 1 mirrors must serve ` +
  `it, got ${address}/train-images-idx3-ubyte.gz: answered 404 Not Found; check the connection, ` +
  `or use a data folder that has the file`;

Deno.test("availableData() replaces sets that no server has with stand-ins, and says so", () =>
  offline(async ({ dataDir, mirrors }) => {
    const { data, notice } = await availableData("mnist:1,fashion-mnist:3", { dataDir, mirrors });
    assert.equal(data, "embedded-digits:1,embedded-garments:3");
    assert.equal(
      notice,
      "NOT REAL DATA. What follows is trained on drawings made by this project's own code " +
        "(embedded-digits:1, embedded-garments:3 instead of mnist:1,fashion-mnist:3), because " +
        "the real data could not be fetched. " +
        `${reason(dataDir, "mnist", mirrors.mnist![0]!)} ` +
        reason(dataDir, "fashion-mnist", mirrors["fashion-mnist"]![0]!),
    );
  }));

Deno.test("availableData() keeps the other parts of a mixture", () =>
  offline(async ({ dataDir, mirrors }, asked) => {
    const { data, notice } = await availableData("images:/my/own:2,mnist", { dataDir, mirrors });
    assert.equal(data, "images:/my/own:2,embedded-digits:1");
    assert.match(notice!, /\(images:\/my\/own:2, embedded-digits:1 instead of images:\/my\/own:2,/);
    assert.ok(asked.every((path) => path.startsWith("/m/")), "only the part that is missing");
  }));

Deno.test("availableData() makes no request and gives no notice if nothing is downloaded", () =>
  offline(async ({ dataDir, mirrors }, asked) => {
    const data = "embedded-digits , embedded-garments:0.5";
    assert.deepEqual(await availableData(data, { dataDir, mirrors }), { data });
    assert.deepEqual(asked, []);
  }));

Deno.test("availableData() replaces a set that arrives damaged", () =>
  withFolder((dataDir) =>
    withServer(() => new Response("a page of a captive portal"), async (address) => {
      const options = { dataDir, mirrors: { mnist: [address] } };
      const { data, notice } = await availableData("mnist", options);
      assert.equal(data, "embedded-digits:1");
      assert.match(notice!, /sent a file that is not a complete gzip file/);
    })
  ));

Deno.test("availableData() does not replace a damaged local file", () =>
  offline(async ({ dataDir, mirrors }, asked) => {
    const file = join(dataDir, "mnist", "train-images-idx3-ubyte.gz");
    await Deno.mkdir(join(dataDir, "mnist"));
    const damaged = gzipped(new Uint8Array(1000)).subarray(0, 20);
    await Deno.writeFile(file, damaged);
    await Deno.copyFile(file, join(dataDir, "mnist", "train-labels-idx1-ubyte.gz"));
    await assert.rejects(availableData("mnist:1,fashion-mnist:1", { dataDir, mirrors }), {
      name: "SyntaxError",
      message: `Cannot inflate "${file}": it must be a complete gzip file, got 20 bytes with ` +
        "unexpected end of file; delete it and fetch or copy it again",
    });
    assert.deepEqual(await Deno.readFile(file), damaged, "it is left for its owner to mend");
    assert.deepEqual(asked, []);
  }));

Deno.test("availableData() does not mistake an abort for a failed download", () =>
  offline(async ({ dataDir, mirrors }) => {
    const signal = AbortSignal.abort(new Error("enough"));
    const stopped = availableData("mnist", { dataDir, mirrors, signal });
    await assert.rejects(stopped, { message: "enough" });
  }));

Deno.test("availableData() refuses a mixture that cannot be read", async () => {
  await assert.rejects(availableData("mnist:0"), {
    name: "RangeError",
    message: 'Cannot read the mixture: the ratio of mnist must be a number above 0, got "0"',
  });
  await assert.rejects(availableData("nonsense"), {
    name: "RangeError",
    message: /^Cannot load data: its name must be one of mnist, .*, got "nonsense"$/,
  });
});

Deno.test("availableData() replaces the parts of a pool one by one", () =>
  offline(async ({ dataDir, mirrors }) => {
    const { data, notice } = await availableData("paper", { dataDir, mirrors });
    assert.equal(
      data,
      "embedded-digits:1,embedded-garments:1,embedded-faces+embedded-solids:2",
    );
    assert.match(
      notice!,
      new RegExp(
        `Cannot load celeba: "${dataDir}/celeba/img_align_celeba.zip" must be a file, got no such file; ` +
          "its host serves only browsers: download img_align_celeba.zip from https://.* and put it " +
          `there Cannot download "${dataDir}/modelnet40/ModelNet40.zip": `,
      ),
    );
  }));

Deno.test("availableData() keeps the choice of classes if the stand-in has them", () =>
  offline(async ({ dataDir, mirrors }) => {
    const { data } = await availableData("modelnet40#bowl+cup:2,mnist#3", { dataDir, mirrors });
    assert.equal(data, "embedded-solids#bowl+cup:2,embedded-digits#3:1");
    const others = "modelnet40#bowl+sofa";
    assert.deepEqual(await availableData(others, { dataDir, mirrors }), { data: others });
  }));
