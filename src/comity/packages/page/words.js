/** Every word that people read on this page, by language; what a package or the procedure says is not translated. */

const WORDS = {
  en: {
    title: "Check a package",
    brand: "Comity",
    lead: "Find out who sent a request or a receipt, and whether anything in it was changed.",
    offline: "This page has no connection. Nothing you open here leaves this computer.",
    noScript: "This page needs JavaScript to check signatures. Allow it for this file, or use: comity verify FILE",
    noEd25519:
      "This browser cannot check Ed25519 signatures, so this page will not judge anything. Use a current version of Chrome, Edge, Firefox or Safari, or the command: comity verify FILE",

    dropTitle: "Drop the package here",
    dropHint: "A file NAME.comity.zip, a receipt NAME.receipt.json, or the folder of a package",
    chooseFile: "Choose a file",
    chooseFolder: "Choose a folder",
    checking: "Checking",
    chosenFolder: "{name}, a folder of {count} files",
    chosenFile: "{name}, {size}",

    withTitle: "What you bring",
    root: "Root of trust",
    rootHint: "The root.json that you were given by a way you trust. Without it nobody can say who somebody is.",
    rootBuiltIn: "Built into this page",
    rootMissing: "Not chosen yet",
    rootChosen: "Version {version}",
    fingerprint: "Fingerprint",
    fingerprintHint: "Compare it with the one your coordinator publishes or reads to you.",
    directory: "Directory export",
    directoryHint: "Optional. Your own newer copy shows keys that were taken back since, and the newest call-back numbers.",
    none: "None",
    choose: "Choose",
    replace: "Choose another",
    remove: "Remove",
    actingFor: "I act for",
    actingForHint: "Optional. Your party id, such as SG.orchid: refuses what is meant for somebody else.",
    asOf: "Received at (UTC)",
    asOfHint: "Optional. If you have your own record of when it came, it is checked as of then. Empty means now.",
    asOfForm: "Write the time as 2026-11-25 03:00, in UTC.",
    check: "Check again",

    needRoot: "Choose the root of trust (root.json) to go on.",
    notRecognised: "{name} is no package, receipt, root file or directory export.",
    tooMany: "More than one package was dropped. Choose one.",
    encryptedTitle: "This file is encrypted",
    encryptedText:
      "Only your organisation can open it. Decrypt it first with your key, then drop the result here. In a terminal:",
    notJudged: "Not judged",

    valid: "Valid",
    refused: "Refused",
    validPackage: "{name} ({id}) sent this, and nothing in it was changed since it was sealed on {at}.",
    validReceipt: "{name} ({id}) gave this answer on {at}, and nothing in it was changed. It says: {state}.",
    validMeans: "Valid says who asks and that it is unaltered. Whether to comply stays for a person to decide.",
    validReceiptMeans: "Valid says who answered and that it is unaltered, not that the answer is right.",
    refusedAt: "{title}. The check stopped at step {number} of {count}.",
    refusedDo: "Do not act on it, and do not answer to any address or number in it.",
    exercise: "Exercise only",
    exerciseText: "The sender marked this request as an exercise. Nobody shall act on it as if it were real.",

    callTitle: "Call back before you act",
    callRefused: "If you need to ask",
    callText: "Call this number, never one that stands in the package. It comes from the directory.",
    callNone: "No trusted number",
    callNoneText:
      "The sender is not proven, so this page gives no number. If you must ask, use a number from your own directory or records, never one from this package.",
    callSender: "Number of {name} in the directory",
    desk: "Desk",
    hours: "Hours",
    languages: "Languages",
    drill: "Last test call",
    drillReached: "{at}, answered",
    drillMissed: "{at}, not answered",
    readBack: "Read this code to each other",
    readBackHint: "The first 16 digits of the package digest. They must be the same on both sides.",

    factsTitle: "At a glance",
    reference: "Reference",
    measure: "Measure",
    from: "From",
    to: "To",
    sealed: "Sealed",
    replyBy: "Reply asked for by",
    state: "State",
    about: "About package",

    signersTitle: "Signed by",
    role: "Role",
    holder: "Person or post",
    validity: "Key valid",
    until: "{from} to {until}",
    keyId: "Key id",
    roles: {
      draft: "Drafted it",
      release: "Released it",
      emergency: "Confirmed the emergency",
      receipt: "Signed the receipt",
    },

    stepsTitle: "What was checked",
    stepsSummary: "{ok} of {count} steps passed",
    stepsSkipped: ", {skipped} do not apply here",
    status: { ok: "ok", failed: "failed", skipped: "does not apply", "not reached": "not reached" },
    steps: {
      container: "The file is a well-formed container",
      bag: "Every file is there and unchanged",
      seal: "The seal has its parts and no others",
      statement: "The signed statement is about this",
      request: "The request is the one that was signed",
      attachments: "The attachments are those listed",
      document: "The printed document says what the data say",
      directory: "The directory vouches for the sender",
      signers: "The right people signed",
      revocation: "No signing key was taken back",
      time: "The time is plausible",
      ledger: "The sender's log holds the release",
      addressee: "It is meant for you",
      replay: "It was not seen before in another package",
    },
    fails: {
      container: "This is no well-formed container",
      bag: "A file is missing, added, or was changed",
      seal: "The seal lacks a part, or has one that nobody can check",
      statement: "The signed statement is not about this",
      request: "The request is not the one that was signed",
      attachments: "The attachments are not those listed",
      document: "The printed document does not say what the data say",
      directory: "The directory does not vouch for the sender",
      signers: "The right people did not sign",
      revocation: "A signing key was taken back",
      time: "The time is not plausible",
      ledger: "The sender's log does not prove the release",
      addressee: "It is meant for somebody else",
      replay: "The same request came before in another package",
    },

    requestTitle: "The request",
    receiptTitle: "The receipt",
    requestText: "Shown from the signed data of the package, not from its PDF.",
    unprovenTitle: "Show what the refused file claims",
    unprovenText: "Nothing below is proven. It may be forged.",

    detailsTitle: "For the record",
    packageDigest: "Package digest",
    checkedAt: "Checked as of",
    file: "File",
    rootPrint: "Root fingerprint",
    print: "Print this result",
    save: "Save this result",

    limitsTitle: "What this page cannot do",
    limits: [
      "It keeps no record, so it cannot tell whether the same request came before in another package. A node can.",
      "It trusts no time authority, so a time token is not counted.",
      "It compares the words of the printed document with the data, not how they are drawn. Read the request here, not in the PDF.",
      "Of a folder it sees files only: empty folders and links do not show in a browser. Prefer the .comity.zip.",
    ],
  },
};

/**
 * Give the words in the browser's language, else in English.
 * @returns {typeof WORDS.en}
 */
export function chooseWords() {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => Object.hasOwn(WORDS, tag));
  return WORDS[/** @type {keyof typeof WORDS} */ (wanted ?? "en")];
}

/**
 * Fill `{name}` in a text.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}
