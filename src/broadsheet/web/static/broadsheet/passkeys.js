// Passkeys, on the three forms that need them: log-in, showing once more who one is, adding one. Nothing else of the
// paper needs a script; a form without it stays hidden, and other ways stand beside it.
(() => {
  "use strict";
  if (!window.PublicKeyCredential) return;

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
  };
  const text = (buffer) => {
    if (!buffer) return undefined;
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const spelt = (credential) => {
    const said = credential.response;
    const response = { clientDataJSON: text(said.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (said[name]) response[name] = text(said[name]);
    }
    if (said.getTransports) response.transports = said.getTransports();
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    };
  };

  const make = async ({ publicKey }) => {
    const options = {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: named(publicKey.excludeCredentials),
      authenticatorSelection: {
        ...publicKey.authenticatorSelection,
        residentKey: "required", requireResidentKey: true, userVerification: "required",
      },
    };
    return spelt(await navigator.credentials.create({ publicKey: options }));
  };
  const find = async ({ publicKey }) => {
    const options = {
      ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: named(publicKey.allowCredentials),
    };
    return spelt(await navigator.credentials.get({ publicKey: options }));
  };

  const onPage = () => JSON.parse(document.getElementById("passkey-options").textContent);
  const fetched = async (form) => {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json();
  };
  const ways = {
    "log-in": async (form) => find((await fetched(form)).request_options),
    ask: async () => find(onPage().request_options),
    add: async () => make(onPage().creation_options),
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const credential = form.querySelector("[name=credential]");
    const status = form.querySelector("[data-failed]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      status.textContent = "";
      try {
        credential.value = JSON.stringify(await ways[form.dataset.passkey](form));
        HTMLFormElement.prototype.submit.call(form);
      } catch {
        status.textContent = status.dataset.failed;
      }
    });
  }
})();
