import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { verifyStructure } from "../../src/ir/index.ts";
import { decodeMessage } from "../../src/onnx/codec/decode-message.ts";
import { encodeMessage, joinParts } from "../../src/onnx/codec/encode-message.ts";
import { modelProto } from "../../src/onnx/proto/model.ts";
import { decodeModel, encodeModel } from "../../src/onnx/index.ts";
import { sharedModels } from "./shared-models.ts";

describe.skipIf(sharedModels.length === 0)("shared models (skipped: ../shared/models is absent)", () => {
  test.each(sharedModels)("$name", async ({ path }) => {
    const file = new Uint8Array(readFileSync(path));
    const first = decodeMessage(modelProto, file);
    const encoded = joinParts(encodeMessage(modelProto, first));
    expect(Buffer.compare(encoded, file)).toBe(0);
    const model = decodeModel(file, { folder: dirname(path) });
    expect(verifyStructure(model)).toEqual([]);
    const again = decodeMessage(modelProto, encodeModel(model, { referencesFrom: dirname(path) }));
    const same = isDeepStrictEqual(again, first);
    if (!same) expect(again).toEqual(first);
    expect(same).toBe(true);
  });
});
