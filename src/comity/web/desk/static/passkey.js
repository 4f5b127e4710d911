// The ceremonies of passkeys, the one thing on the desk that cannot do without a script.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (rows) => (rows || []).map((row) => ({ ...row, id: bytes(row.id) }));

function asked(way, options) {
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  if (way === "get") return navigator.credentials.get({ publicKey: { ...publicKey, allowCredentials: known(options.allowCredentials) } });
  publicKey.user = { ...options.user, id: bytes(options.user.id) };
  publicKey.excludeCredentials = known(options.excludeCredentials);
  return navigator.credentials.create({ publicKey });
}

function answer(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  if (made.response.getTransports) response.transports = made.response.getTransports();
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} });
}

const send = (where, fields) => fetch(where, { method: "POST", body: new URLSearchParams(fields), credentials: "same-origin" });

async function perform(form, status) {
  const fields = new FormData(form);
  const options = await (await send(form.dataset.ask, { csrf: fields.get("csrf") })).json();
  fields.set("answer", answer(await asked(form.dataset.way, options)));
  const said = await (await send(form.action, fields)).json();
  if (said.go) location.assign(said.go);
  else status.textContent = said.wrong;
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form.passkey") : []) {
  const status = form.querySelector("[role=status]");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    status.textContent = "";
    perform(form, status).catch(() => { status.textContent = status.dataset.stopped; });
  });
}
