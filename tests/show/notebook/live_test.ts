import assert from "node:assert/strict";
import type { Broadcast, DisplayMessage } from "@/show/notebook/display.ts";
import { liveDisplay, progress } from "@/show/notebook/live.ts";

function recorder() {
  const sent: { type: string; message: DisplayMessage; at: number }[] = [];
  const broadcast: Broadcast = (type, message) =>
    Promise.resolve(void sent.push({ type, message, at: performance.now() }));
  return { sent, broadcast, html: () => sent.map(({ message }) => message.data["text/html"]) };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("liveDisplay() updates one display", async () => {
  const { sent, broadcast } = recorder();
  const live = await liveDisplay({ broadcast });
  live.update({ html: "a" });
  await live.finish();
  assert.deepEqual(sent.map(({ type }) => type), ["display_data", "update_display_data"]);
  const ids = sent.map(({ message }) => message.transient.display_id);
  assert.equal(ids[0], ids[1]);
  assert.match(String(ids[0]), /^[0-9a-f-]{36}$/);
});

Deno.test("liveDisplay() drops updates that come too fast, but never the last", async () => {
  const { sent, broadcast, html } = recorder();
  const live = await liveDisplay({ broadcast, intervalMilliseconds: 50 });
  for (let i = 0; i <= 30; i++) {
    live.update({ html: String(i) });
    await pause(5);
  }
  await live.finish();
  assert.equal(html().at(-1), "30");
  assert.ok(sent.length < 15, `${sent.length} messages for 31 updates`);
  const updates = sent.slice(1, -1); // finish() does not wait for the interval
  for (let i = 1; i < updates.length; i++) {
    assert.ok(updates[i]!.at - updates[i - 1]!.at >= 48, "updates came too close");
  }
});

Deno.test("liveDisplay() draws only what it sends", async () => {
  const { sent, broadcast } = recorder();
  const live = await liveDisplay({ broadcast });
  let drawn = 0;
  for (let i = 0; i < 50; i++) live.update(() => ({ html: `drawing ${++drawn}` }));
  await live.finish();
  assert.equal(drawn, sent.length - 1);
  assert.ok(drawn <= 3);
});

Deno.test("liveDisplay() keeps the order of updates when sending is slow", async () => {
  const order: string[] = [];
  let wait = 60;
  const live = await liveDisplay({
    intervalMilliseconds: 1,
    broadcast: async (_type, { data }) => {
      await pause(wait /= 2);
      order.push(data["text/html"]!);
    },
  });
  for (const html of ["a", "b", "c"]) {
    live.update({ html });
    await pause(3);
  }
  await live.finish();
  assert.deepEqual(order, ["", "a", "b", "c"]);
});

Deno.test("liveDisplay() can finish twice, and without an update", async () => {
  const { sent, broadcast } = recorder();
  const live = await liveDisplay({ broadcast });
  await live.finish();
  await live.finish();
  assert.equal(sent.length, 1);
});

Deno.test("liveDisplay() says what to do outside a notebook", async () => {
  await assert.rejects(liveDisplay(), { name: "TypeError", message: /must run in a notebook/ });
});

Deno.test("progress() shows the progress of a job, as text and as a bar", async () => {
  const { sent, broadcast } = recorder();
  const bar = await progress("train <a>", 2000, { broadcast });
  bar.update(1000, "loss 12.5");
  bar.update(2000, "loss 9.1");
  await bar.finish();
  const { data } = sent.at(-1)!.message;
  assert.match(data["text/plain"]!, /^train <a>: 2,000 of 2,000, 0 s loss 9.1$/);
  assert.match(data["text/html"]!, /train &lt;a&gt;: .*<progress max="1" value="1"/);
  assert.match(sent[1]!.message.data["text/html"]!, /1,000 of 2,000, 0 s, 0 s left loss 12.5/);
});
