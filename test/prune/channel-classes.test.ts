import { expect, test } from "vitest";
import { ChannelClasses } from "../../src/prune/index.ts";

const lock = { node: "n", reason: "r" };

test("channels tied place by place form one set with both labels", () => {
  const classes = new ChannelClasses();
  const a = classes.add(3);
  const b = classes.add(3);
  classes.label(a, 0);
  classes.label(b, 1);
  classes.uniteAll(a, b);
  const { sets, locked, classOf } = classes.resolve();
  expect(sets).toEqual([{ labels: [0, 1], classes: [0, 1, 2] }]);
  expect(locked).toEqual([]);
  expect(classOf(4)).toBe(1);
});

test("a list joined from two and tied to a third splits into a set for each part", () => {
  const classes = new ChannelClasses();
  const a = classes.add(2);
  const b = classes.add(2);
  const joined = classes.add(4);
  [a, b, joined].forEach((ids, label) => classes.label(ids, label));
  classes.uniteAll(Int32Array.of(...a, ...b), joined);
  expect(classes.resolve().sets).toEqual([
    { labels: [0, 2], classes: [0, 1] },
    { labels: [1, 2], classes: [2, 3] },
  ]);
});

test("a lock on one channel holds its whole class and no other; the first lock is told", () => {
  const classes = new ChannelClasses();
  const a = classes.add(2);
  const b = classes.add(2);
  classes.label(a, 0);
  classes.uniteAll(a, b);
  classes.lock(b.subarray(1), lock);
  classes.lock(a.subarray(1), { node: "later", reason: "other" });
  const { sets, locked } = classes.resolve();
  expect(sets.map((set) => set.classes)).toEqual([[0]]);
  expect(locked).toEqual([{ class: 1, labels: [0], lock }]);
});

test("classes outgrow the first allocation", () => {
  const classes = new ChannelClasses();
  classes.add(3000);
  const b = classes.add(5000);
  classes.unite(2999, b[4999] as number);
  expect(classes.find(7999)).toBe(2999);
  expect(classes.find(7998)).toBe(7998);
});
