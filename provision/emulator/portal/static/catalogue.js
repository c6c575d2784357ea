// The pages of what there is: instances, APIs, products, subscriptions.

import * as data from "./data.js";
import { copier, fill, h, notice } from "./dom.js";

export const link = (...parts) => `#/${parts.map(encodeURIComponent).join("/")}`;

export function instances(found) {
  if (!found.length) {
    return [
      h("h1", {}, "No instance yet"),
      h("p", { className: "lead" }, "Nothing is set up in this embedded Azure. Apply a spec, and its APIs are here."),
      h("pre", {}, h("code", {}, "provision apply specs/azureml-demo.yaml --yes --endpoint $ENDPOINT")),
    ];
  }
  const cards = found.map((one) => h("li", { className: "card" },
    h("h2", {}, h("a", { href: link(one.name) }, one.name)),
    h("p", { className: "faint" }, `${one.publisher}, ${one.sku}, ${one.location}`),
    one.state === "Succeeded" ? null : h("p", {}, h("span", { className: "state" }, one.state))));
  return [h("h1", {}, "Instances"), h("ul", { className: "cards" }, cards)];
}

/* The version of an API, in its version set's words. */
export function versionOf(service, api) {
  return api.apiVersionSetId ? service.versionSets[api.apiVersionSetId.toLowerCase()] : undefined;
}

function apiCard(service, api) {
  const products = service.products.filter((one) => one.apis.includes(api.id));
  return h("li", { className: "card" },
    h("h2", {}, h("a", { href: link(service.name, "apis", api.id) }, api.displayName),
      api.apiVersion && h("span", { className: "state" }, api.apiVersion)),
    h("p", { className: "path" }, h("code", {}, `/${api.path ?? ""}`)),
    api.description && h("p", {}, api.description),
    h("p", { className: "faint" }, products.length
      ? ["In ", products.map((one, at) => [at ? ", " : "", h("a", { href: link(service.name, "products") }, one.displayName)])]
      : "In no product that is published"));
}

export function apis(service) {
  const list = h("ul", { className: "cards", id: "found" });
  const count = h("p", { className: "faint", "aria-live": "polite" });
  const show = (words) => {
    const wanted = words.toLowerCase();
    const found = service.apis.filter((one) =>
      `${one.displayName} ${one.path} ${one.description ?? ""}`.toLowerCase().includes(wanted));
    fill(list, found.map((one) => apiCard(service, one)));
    count.textContent = found.length === service.apis.length
      ? `${found.length} ${found.length === 1 ? "API" : "APIs"}` : `${found.length} of ${service.apis.length} APIs`;
  };
  const search = h("input", {
    type: "search", className: "search", placeholder: "Filter APIs  ( / )", "aria-label": "Filter APIs", "data-search": "",
    oninput: (event) => show(event.target.value),
  });
  show("");
  return [h("div", { className: "titled" }, h("h1", {}, "APIs"), search), count, list];
}

export function products(service, reload) {
  const cards = service.products.map((one) => productCard(service, one, reload));
  return [
    h("h1", {}, "Products"),
    h("p", { className: "lead" }, "A product is a set of APIs. Subscribe to one, and its key opens them."),
    cards.length ? h("ul", { className: "cards wide" }, cards) : notice("No product is published."),
  ];
}

const SHOWN = 8; // APIs of a product, until one asks for the rest

function apiList(service, found) {
  return h("ul", { className: "plain" }, found.map((one) => h("li", {},
    h("a", { href: link(service.name, "apis", one.id) }, one.displayName))));
}

function productCard(service, product, reload) {
  const mine = service.subscriptions.filter((one) => one.product === product.id && one.state !== "cancelled");
  const named = product.apis.map((id) => service.apis.find((one) => one.id === id)).filter(Boolean);
  const said = h("div", { "aria-live": "polite" });
  const subscribe = h("button", {
    type: "button", className: "main", onclick: async () => {
      subscribe.disabled = true;
      try {
        await data.signUp(service.name, product.id);
        await reload();
      } catch (problem) {
        subscribe.disabled = false;
        fill(said, notice(problem.message, "problem"));
      }
    },
  }, `Subscribe to ${product.displayName}`);
  const limits = [
    product.approvalRequired && "An administrator approves each subscription.",
    product.subscriptionsLimit && `At most ${product.subscriptionsLimit} ${product.subscriptionsLimit === 1 ? "subscription" : "subscriptions"} for a developer.`,
  ].filter(Boolean);
  return h("li", { className: "card" },
    h("h2", {}, product.displayName),
    product.description && h("p", {}, product.description),
    product.terms && h("details", {}, h("summary", {}, "Terms of use"), h("p", {}, product.terms)),
    apiList(service, named.slice(0, SHOWN)),
    named.length > SHOWN && h("details", {}, h("summary", {}, `${named.length - SHOWN} more`), apiList(service, named.slice(SHOWN))),
    limits.length ? h("p", { className: "faint" }, limits.join(" ")) : null,
    mine.map((one) => h("p", { className: "mine" }, h("span", { className: `state ${one.state}` }, one.state),
      h("a", { href: link(service.name, "subscriptions") }, one.displayName))),
    product.subscriptionRequired === false ? h("p", { className: "faint" }, "Open: no subscription is needed.") : subscribe,
    said);
}

export function subscriptions(service, reload) {
  const title = h("h1", {}, "Subscriptions");
  if (!service.subscriptions.length) {
    return [title, h("p", { className: "lead" }, "You have none yet. ",
      h("a", { href: link(service.name, "products") }, "Choose a product"), " to get a key.")];
  }
  const cards = service.subscriptions.map((one) => subscriptionCard(service, one, reload));
  return [title, h("p", { className: "lead" }, "Either key of an active subscription opens the product's APIs."),
    h("ul", { className: "cards wide" }, cards)];
}

function subscriptionCard(service, one, reload) {
  const product = service.products.find((other) => other.id === one.product);
  const said = h("div", { "aria-live": "polite" });
  const end = h("button", {
    type: "button", className: "quiet", onclick: async () => {
      await data.cancel(service.name, one.id).then(reload, (problem) => fill(said, notice(problem.message, "problem")));
    },
  }, "Cancel subscription");
  return h("li", { className: "card" },
    h("h2", {}, one.displayName),
    h("p", {}, h("span", { className: `state ${one.state}` }, one.state), " ", product?.displayName ?? one.product ?? "All APIs"),
    one.state === "cancelled" ? null : [
      keyLine("Primary key", one.primaryKey), keyLine("Secondary key", one.secondaryKey), end],
    said);
}

function keyLine(label, key) {
  const shown = h("code", { className: "key" }, "•".repeat(16));
  const toggle = h("button", {
    type: "button", className: "quiet", "aria-pressed": "false", "aria-label": `Show ${label.toLowerCase()}`,
    onclick: () => {
      const hide = toggle.getAttribute("aria-pressed") === "true";
      toggle.setAttribute("aria-pressed", String(!hide));
      toggle.textContent = hide ? "Show" : "Hide";
      shown.textContent = hide ? "•".repeat(16) : key;
    },
  }, "Show");
  return h("div", { className: "keyline" }, h("span", {}, label), shown, toggle, copier(() => key, label.toLowerCase()));
}
