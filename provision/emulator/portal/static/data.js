// What the portal's server knows: JSON below /data.

export class Problem extends Error {}

async function ask(path, options = {}) {
  const answer = await fetch(`data/${path}`, options).catch(() => {
    throw new Problem("The embedded Azure does not answer. Is it still running?");
  });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(found.error?.message ?? `The portal answered ${answer.status}.`);
  return found;
}

const part = encodeURIComponent;
const send = (method, body) =>
  ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const services = () => ask("services");
export const service = (name) => ask(`services/${part(name)}`);
export const api = (name, id) => ask(`services/${part(name)}/apis/${part(id)}`);
export const operation = (name, id, one) => ask(`services/${part(name)}/apis/${part(id)}/operations/${part(one)}`);
export const usage = (name, span) => ask(`services/${part(name)}/usage?span=${part(span)}`);
export const signUp = (name, product) => ask(`services/${part(name)}/subscriptions`, send("POST", { product }));
export const cancel = (name, id) => ask(`services/${part(name)}/subscriptions/${part(id)}`, { method: "DELETE" });
export const attempt = (name, call) => ask(`services/${part(name)}/try`, send("POST", call));
