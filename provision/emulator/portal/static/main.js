// The frame: which page is shown, and what is around it.

import { apis, instances, link, products, subscriptions } from "./catalogue.js";
import * as data from "./data.js";
import { fill, h, notice } from "./dom.js";
import { apiPage } from "./operation.js";
import { usagePage } from "./usage.js";

const THEMES = ["auto", "light", "dark"];
const main = document.getElementById("content");
let turn = 0;

function theme(chosen) {
  if (chosen === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", chosen);
  const button = document.getElementById("theme");
  button.textContent = { auto: "Auto", light: "Light", dark: "Dark" }[chosen];
  button.setAttribute("aria-label", `Colours: ${chosen}`);
  button.onclick = () => {
    const next = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length];
    localStorage.setItem("theme", next);
    theme(next);
  };
}

function frame(service, chosen) {
  document.getElementById("brand").textContent = service ? service.name : "Developer portal";
  document.querySelector(".brand").href = service ? link(service.name) : "#/";
  const entries = service ? [["apis", "APIs", []], ["products", "Products", ["products"]],
    ["subscriptions", "Subscriptions", ["subscriptions"]], ["usage", "Usage", ["usage"]]] : [];
  fill(document.getElementById("nav"), entries.map(([key, title, rest]) =>
    h("a", { href: link(service.name, ...rest), "aria-current": key === chosen ? "page" : undefined }, title)));
}

/* The page of an address. */
async function pageOf([name, section, ...rest]) {
  if (!name) {
    const found = await data.services();
    if (found.length === 1) return { instead: link(found[0].name) };
    frame();
    return { title: "Instances", content: instances(found) };
  }
  const service = await data.service(name);
  frame(service, section ?? "apis");
  const again = () => show({ quiet: true });
  if (section === "products") return { title: "Products", content: products(service, again) };
  if (section === "subscriptions") return { title: "Subscriptions", content: subscriptions(service, again) };
  if (section === "usage") return usagePage(service);
  if (section === "apis" && rest.length) return apiPage(service, rest[0], rest[1], () => show({ quiet: true, opened: true }));
  return { title: "APIs", content: apis(service) };
}

async function show({ quiet = false, opened = false } = {}) {
  const mine = turn += 1;
  const parts = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  const page = await pageOf(parts).catch((problem) => {
    if (!(problem instanceof data.Problem)) throw problem;
    return { title: "Not found", content: [h("h1", {}, "This is not here"), notice(problem.message, "problem"),
      h("p", {}, h("a", { href: "#/" }, "To the beginning"))] };
  });
  if (mine !== turn) return;
  if (page.instead) {
    location.replace(page.instead);
    return;
  }
  document.title = `${page.title} · Developer portal`;
  fill(main, page.content);
  if (opened) main.querySelector("[aria-controls=try-panel]")?.click();
  if (!quiet) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
}

addEventListener("hashchange", () => show());
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select");
  const search = document.querySelector("[data-search]");
  if (event.key === "/" && !typing && search) {
    event.preventDefault();
    search.focus();
  }
});
theme(THEMES.find((one) => one === localStorage.getItem("theme")) ?? "auto");
show({ quiet: true });
