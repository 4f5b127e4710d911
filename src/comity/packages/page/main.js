/** Where the page starts: the desk for people, and an interface for tests and power users. */

import { crc32 } from "./crc32.js";
import { dumpCanonical, parseCanonical, parseJson } from "./canonical.js";
import { openDesk } from "./desk.js";
import { fieldBlocks, requestBlocks, squeeze, squeezeBlocks } from "./document.js";
import { SHAPES } from "./embedded.js";
import { fold } from "./names.js";
import { readPages } from "./pagetext.js";
import { checkSays } from "./print.js";
import { Sha256 } from "./sha256.js";
import { faults } from "./shape.js";
import { comityVerify } from "./verify.js";

Object.assign(window, {
  comityVerify,
  comityInternals: {
    SHAPES, Sha256, checkSays, crc32, dumpCanonical, faults, fieldBlocks, fold, parseCanonical, parseJson, readPages, requestBlocks, squeeze, squeezeBlocks,
  },
});
void openDesk();
